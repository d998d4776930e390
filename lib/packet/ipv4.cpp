#include <pier/packet/ipv4.hpp>

#include <string>

namespace pier::packet {
namespace {

constexpr std::string_view header_name = "IPv4 header";

}  // namespace

PacketResult<Ipv4> Ipv4::read(Bytes bytes, std::size_t at) {
    if (bytes.size() < 20) return too_short(header_name, at, 20, bytes.size());
    const unsigned first = load<std::uint8_t>(bytes, 0);
    if (first >> 4 != 4) return packet_error(header_name, at, 0, "says version " + std::to_string(first >> 4));
    const std::size_t size = 4U * (first & 15U);
    const std::string says = "says " + std::to_string(size) + " bytes of header, ";
    if (size < 20) return packet_error(header_name, at, 0, says + "20 are the least");
    if (size > bytes.size())
        return packet_error(header_name, at, 0, says + std::to_string(bytes.size()) + " are there");
    const std::size_t total = load<std::uint16_t>(bytes, 2);
    if (total < size && total != 0) {
        return packet_error(header_name, at, 2, says + "and " + std::to_string(total) + " bytes of header and payload");
    }
    return Ipv4(bytes, at);
}

Ipv4Fields Ipv4::fields() const noexcept {
    Ipv4Fields fields;
    fields.dscp = dscp();
    fields.ecn = ecn();
    fields.total_length = total_length();
    fields.identification = identification();
    fields.reserved_flag = reserved_flag();
    fields.dont_fragment = dont_fragment();
    fields.more_fragments = more_fragments();
    fields.fragment_offset = fragment_offset();
    fields.ttl = ttl();
    fields.protocol = protocol();
    fields.checksum = checksum();
    fields.source = source();
    fields.destination = destination();
    fields.options = options();
    return fields;
}

PacketResult<std::size_t> build(const Ipv4Fields& fields, Bytes payload, Room room) {
    if (fields.options.size() > 40 || fields.options.size() % 4 != 0) {
        return not_buildable(header_name, std::to_string(fields.options.size()) +
                                              " bytes of options, and a multiple of 4 up to 40 has a place");
    }
    if (fields.fragment_offset % 8 != 0)
        return not_buildable(header_name, "a fragment begins at a multiple of 8 bytes");
    if (!fields.source.is_v4() || !fields.destination.is_v4()) {
        return not_buildable(header_name, "an address is not one of IPv4");
    }
    const std::size_t size = 20 + fields.options.size();
    const std::size_t total = size + payload.size();
    // A total length of 0 was asked for: that of a packet before it is divided.
    const bool is_undivided = fields.total_length == std::uint16_t{0};
    if (total > 0xffff && !is_undivided)
        return not_buildable(header_name, std::to_string(total) + " bytes, and 65535 are the most");
    if (room.size() < total) return no_room(header_name, total, room.size());
    place(room, size, payload);
    place(room, 20, fields.options);
    store(room, 0, static_cast<std::uint8_t>(0x40 | size / 4));
    store(room, 1, static_cast<std::uint8_t>((fields.dscp & 0x3f) << 2 | (fields.ecn & 3)));
    store(room, 2, fields.total_length.value_or(static_cast<std::uint16_t>(total)));
    store(room, 4, fields.identification);
    const unsigned flags = (fields.reserved_flag ? 0x8000U : 0U) | (fields.dont_fragment ? 0x4000U : 0U) |
                           (fields.more_fragments ? 0x2000U : 0U);
    store(room, 6, static_cast<std::uint16_t>(flags | fields.fragment_offset >> 3));
    store(room, 8, fields.ttl);
    store(room, 9, fields.protocol);
    store(room, 10, std::uint16_t{0});
    store_address(room, 12, fields.source);
    store_address(room, 16, fields.destination);
    store(room, 10, fields.checksum.value_or(internet_checksum(room.first(size))));
    return total;
}

}  // namespace pier::packet
