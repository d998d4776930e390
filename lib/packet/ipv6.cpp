#include <pier/packet/ipv6.hpp>

#include <string>

namespace pier::packet {
namespace {

constexpr std::string_view header_name = "IPv6 header";

}  // namespace

PacketResult<Ipv6> Ipv6::read(Bytes bytes, std::size_t at) {
    if (bytes.size() < header_size) return too_short(header_name, at, header_size, bytes.size());
    const unsigned version = load<std::uint8_t>(bytes, 0) >> 4;
    if (version != 6) return packet_error(header_name, at, 0, "says version " + std::to_string(version));
    return Ipv6(bytes);
}

Ipv6Fields Ipv6::fields() const noexcept {
    return {traffic_class(), flow_label(), payload_length(), next_header(), hop_limit(), source(), destination()};
}

PacketResult<std::size_t> build(const Ipv6Fields& fields, Bytes payload, Room room) {
    if (!fields.source.is_v6() || !fields.destination.is_v6()) {
        return not_buildable(header_name, "an address is not one of IPv6");
    }
    if (payload.size() > 0xffff) {
        return not_buildable(header_name, std::to_string(payload.size()) + " bytes of payload, and 65535 are the most");
    }
    const std::size_t total = Ipv6::header_size + payload.size();
    if (room.size() < total) return no_room(header_name, total, room.size());
    place(room, Ipv6::header_size, payload);
    store(room, 0, std::uint32_t{6} << 28 | std::uint32_t{fields.traffic_class} << 20 | (fields.flow_label & 0xfffff));
    store(room, 4, fields.payload_length.value_or(static_cast<std::uint16_t>(payload.size())));
    store(room, 6, fields.next_header);
    store(room, 7, fields.hop_limit);
    store_address(room, 8, fields.source);
    store_address(room, 24, fields.destination);
    return total;
}

}  // namespace pier::packet
