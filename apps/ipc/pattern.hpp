// The bytes that loads are made of: known at every place, so that lost, doubled and changed ones are seen.
#pragma once

#include "side.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace ipc {

inline constexpr std::size_t largest_message = std::size_t{1} << 20;

// A place in the pattern. The bytes repeat after no power of two, so that a block that is lost or doubled shows.
class Place {
public:
    void advance(std::size_t bytes) noexcept {
        at_ += bytes % period;
        if (at_ >= period) at_ -= period;
        passed_ += bytes;
    }
    // The next bytes, `largest_message` of them at most; the pattern's own, for good.
    [[nodiscard]] std::span<const std::byte> bytes(std::size_t size) const noexcept;
    // Whether these are the next bytes, and then it advances. Else the sentence says where they differ.
    [[nodiscard]] OrFault<void> expect(std::span<const std::byte> bytes) {
        if (!is_next(bytes)) [[unlikely]]
            return difference(bytes);
        advance(bytes.size());
        return {};
    }

private:
    static constexpr std::size_t period = 65521;  // a prime
    [[nodiscard]] static const std::byte* pattern() noexcept;
    [[nodiscard]] bool is_next(std::span<const std::byte> bytes) const noexcept;
    [[nodiscard]] std::unexpected<Fault> difference(std::span<const std::byte> bytes) const;

    std::size_t at_ = 0;
    std::uint64_t passed_ = 0;
};

// What a receive gives: some bytes of a stream, or a message as it was sent.
enum class Gives : bool { bytes, messages };

// The stream's end where more was to come.
[[nodiscard]] std::unexpected<Fault> ended();
[[nodiscard]] std::unexpected<Fault> wrong_size(std::size_t got, std::size_t wanted);

}  // namespace ipc
