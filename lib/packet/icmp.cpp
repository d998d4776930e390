#include <pier/packet/icmp.hpp>

namespace pier::packet {
namespace {

constexpr std::string_view header_name = "ICMP header";

}  // namespace

PacketResult<Icmp> Icmp::read(Bytes bytes, std::size_t at) {
    if (bytes.size() < header_size) return too_short(header_name, at, header_size, bytes.size());
    return Icmp(bytes);
}

bool Icmp::is_error() const noexcept {
    return type() == icmp_type::unreachable || type() == icmp_type::redirect || type() == icmp_type::time_exceeded ||
           type() == icmp_type::parameter_problem;
}

Bytes Icmp::original() const noexcept {
    if (!is_error()) return {};
    // RFC 4884, section 4: a length in words of four bytes; the datagram is padded to 128 bytes at least.
    const std::size_t length = type() == icmp_type::redirect ? 0 : 4U * load<std::uint8_t>(bytes_, 5);
    return length >= 128 ? up_to(body(), length) : body();
}

PacketResult<std::size_t> build(const IcmpFields& fields, Bytes body, Room room) {
    const std::size_t total = Icmp::header_size + body.size();
    if (room.size() < total) return no_room(header_name, total, room.size());
    place(room, Icmp::header_size, body);
    store(room, 0, fields.type);
    store(room, 1, fields.code);
    store(room, 2, std::uint16_t{0});
    store(room, 4, fields.rest);
    store(room, 2, fields.checksum.value_or(internet_checksum(room.first(total))));
    return total;
}

}  // namespace pier::packet
