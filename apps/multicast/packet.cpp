#include "packet.hpp"

#include <pier/address/number_bytes.hpp>

#include <algorithm>
#include <array>

namespace multicast {
namespace {

constexpr std::array magic{std::byte{'P'}, std::byte{'M'}, std::byte{'C'}};
constexpr std::size_t kind_at = magic.size();
constexpr std::size_t mark_at = kind_at + 1;
constexpr std::size_t number_at = mark_at + 8;
static_assert(number_at + 8 == Packet::header);

}  // namespace

std::optional<Packet> Packet::read(std::span<const std::byte> datagram) noexcept {
    if (datagram.size() < header || !std::ranges::equal(datagram.first(magic.size()), magic)) return std::nullopt;
    Packet packet{.mark = pier::get_number<std::uint64_t>(datagram.subspan(mark_at)),
                  .number = pier::get_number<std::uint64_t>(datagram.subspan(number_at)),
                  .text = {}};
    const char kind = static_cast<char>(datagram[kind_at]);
    const std::span<const std::byte> rest = datagram.subspan(header);
    if (kind == 't') packet.text = std::string_view(reinterpret_cast<const char*>(rest.data()), rest.size());
    if (kind != 't' && kind != 'f') return std::nullopt;
    return packet;
}

std::vector<std::byte> Packet::write(std::size_t size) const {
    std::vector<std::byte> datagram(text ? header + text->size() : std::max(size, header));
    std::ranges::copy(magic, datagram.begin());
    datagram[kind_at] = static_cast<std::byte>(text ? 't' : 'f');
    pier::put_number(std::span(datagram).subspan(mark_at), mark);
    pier::put_number(std::span(datagram).subspan(number_at), number);
    const std::span<std::byte> rest = std::span(datagram).subspan(header);
    if (text) {
        std::ranges::copy(std::as_bytes(std::span(*text)), rest.begin());
    } else {
        for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = static_cast<std::byte>((number + i) & 0xff);
    }
    return datagram;
}

}  // namespace multicast
