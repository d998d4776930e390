#include "packet.hpp"

#include <pier/address/number_bytes.hpp>

namespace echo_client {

void Packets::write(std::uint64_t number, std::span<std::byte> into) const noexcept {
    pier::put_number(into, token_);
    pier::put_number(into.subspan(8), number);
    pattern_.fill(into.subspan(header), place(number));
}

std::optional<std::uint64_t> Packets::number_of(std::span<const std::byte> datagram) const noexcept {
    if (datagram.size() < header || pier::get_number<std::uint64_t>(datagram) != token_) return std::nullopt;
    return pier::get_number<std::uint64_t>(datagram.subspan(8));
}

std::optional<Pattern::Difference> Packets::compare(std::uint64_t number,
                                                    std::span<const std::byte> datagram) const noexcept {
    auto different = pattern_.compare(datagram.subspan(header), place(number));
    if (different) different->position = different->position - place(number) + header;
    return different;
}

}  // namespace echo_client
