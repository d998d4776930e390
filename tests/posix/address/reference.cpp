#include "../../fuzz/reference.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <cstring>

namespace reference {
namespace {

template <std::size_t Size>
std::optional<std::array<std::uint8_t, Size>> read(int family, const std::string& text) {
    std::array<std::uint8_t, Size> bytes{};
    if (inet_pton(family, text.c_str(), bytes.data()) != 1) return std::nullopt;
    return bytes;
}

}  // namespace

bool is_there() noexcept { return true; }

std::optional<std::array<std::uint8_t, 4>> read_v4(const std::string& text) { return read<4>(AF_INET, text); }
std::optional<std::array<std::uint8_t, 16>> read_v6(const std::string& text) { return read<16>(AF_INET6, text); }

std::optional<std::array<std::uint8_t, 4>> read_historical(const std::string& text) {
    in_addr address{};
    if (inet_aton(text.c_str(), &address) == 0) return std::nullopt;
    std::array<std::uint8_t, 4> bytes{};
    std::memcpy(bytes.data(), &address, bytes.size());
    return bytes;
}

std::string write(std::span<const std::uint8_t> address) {
    char text[INET6_ADDRSTRLEN];
    const int family = address.size() == 4 ? AF_INET : AF_INET6;
    return inet_ntop(family, address.data(), text, sizeof text) != nullptr ? text : "";
}

}  // namespace reference
