#include "packet.hpp"

namespace echo_client {
namespace {

void put(std::uint64_t value, std::span<std::byte> into) noexcept {
    for (std::size_t i = 0; i < 8; ++i) into[i] = static_cast<std::byte>(value >> (8 * (7 - i)) & 0xff);
}

std::uint64_t get(std::span<const std::byte> from) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | std::to_integer<std::uint64_t>(from[i]);
    return value;
}

}  // namespace

void Packets::write(std::uint64_t number, std::span<std::byte> into) const noexcept {
    put(token_, into);
    put(number, into.subspan(8));
    pattern_.fill(into.subspan(header), place(number));
}

std::optional<std::uint64_t> Packets::number_of(std::span<const std::byte> datagram) const noexcept {
    if (datagram.size() < header || get(datagram) != token_) return std::nullopt;
    return get(datagram.subspan(8));
}

std::optional<Pattern::Difference> Packets::compare(std::uint64_t number,
                                                    std::span<const std::byte> datagram) const noexcept {
    auto different = pattern_.compare(datagram.subspan(header), place(number));
    if (different) different->position = different->position - place(number) + header;
    return different;
}

}  // namespace echo_client
