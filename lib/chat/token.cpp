#include <pier/chat/token.hpp>

#include <exception>
#include <random>

namespace pier::chat {

std::optional<std::uint64_t> random_token() noexcept {
    try {
        // The system's source in every library that is built with: getrandom, rdrand, rand_s.
        std::random_device source;
        std::uint64_t token = 0;
        for (int tries = 0; token == 0 && tries < 8; ++tries) {
            token = static_cast<std::uint64_t>(source()) << 32 | (source() & 0xffffffffU);
        }
        return token == 0 ? std::nullopt : std::optional(token);
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

}  // namespace pier::chat
