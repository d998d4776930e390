#include <pier/packet/icmpv6.hpp>

namespace pier::packet {
namespace {

constexpr std::string_view header_name = "ICMPv6 header";

}  // namespace

PacketResult<Icmpv6> Icmpv6::read(Bytes bytes, std::size_t at) {
    if (bytes.size() < header_size) return too_short(header_name, at, header_size, bytes.size());
    return Icmpv6(bytes);
}

Bytes Icmpv6::original() const noexcept {
    if (type() < icmpv6_type::unreachable || type() > icmpv6_type::parameter_problem) return {};
    // RFC 4884, section 4: a length in words of eight bytes, of two types; the packet is padded to 128 bytes at least.
    const bool has_length = type() == icmpv6_type::unreachable || type() == icmpv6_type::time_exceeded;
    const std::size_t length = has_length ? 8U * load<std::uint8_t>(bytes_, 4) : 0;
    return length >= 128 ? up_to(body(), length) : body();
}

PacketResult<std::size_t> build(const Icmpv6Fields& fields, Bytes body, const IpPair& addresses, Room room) {
    const std::size_t total = Icmpv6::header_size + body.size();
    if (room.size() < total) return no_room(header_name, total, room.size());
    place(room, Icmpv6::header_size, body);
    store(room, 0, fields.type);
    store(room, 1, fields.code);
    store(room, 2, std::uint16_t{0});
    store(room, 4, fields.rest);
    InternetSum sum = pseudo_header(addresses, ip_protocol::icmpv6, static_cast<std::uint32_t>(total));
    store(room, 2, fields.checksum.value_or(sum.add(room.first(total)).checksum()));
    return total;
}

}  // namespace pier::packet
