#include <pier/packet/udp.hpp>

#include <string>

namespace pier::packet {
namespace {

constexpr std::string_view header_name = "UDP header";

}  // namespace

PacketResult<Udp> Udp::read(Bytes bytes, std::size_t at) {
    if (bytes.size() < header_size) return too_short(header_name, at, header_size, bytes.size());
    const unsigned length = load<std::uint16_t>(bytes, 4);
    if (length < header_size) {
        return packet_error(header_name, at, 4, "says " + std::to_string(length) + " bytes, 8 are the least");
    }
    return Udp(bytes);
}

bool Udp::checksum_is_right(const IpPair& addresses) const noexcept {
    if (checksum() == 0) return addresses.source.is_v4();
    return pseudo_header(addresses, ip_protocol::udp, length()).add(up_to(bytes_, length())).checksum() == 0;
}

PacketResult<std::size_t> build(const UdpFields& fields, Bytes payload, const IpPair& addresses, Room room) {
    const std::size_t total = Udp::header_size + payload.size();
    if (total > 0xffff) return not_buildable(header_name, std::to_string(total) + " bytes, and 65535 are the most");
    if (room.size() < total) return no_room(header_name, total, room.size());
    place(room, Udp::header_size, payload);
    store(room, 0, fields.source_port);
    store(room, 2, fields.destination_port);
    store(room, 4, fields.length.value_or(static_cast<std::uint16_t>(total)));
    store(room, 6, std::uint16_t{0});
    InternetSum sum = pseudo_header(addresses, ip_protocol::udp, static_cast<std::uint32_t>(total));
    const std::uint16_t right = sum.add(room.first(total)).checksum();
    // A sum of zero is sent as all ones, because zero means that there is none.
    store(room, 6, fields.checksum.value_or(right == 0 ? std::uint16_t{0xffff} : right));
    return total;
}

}  // namespace pier::packet
