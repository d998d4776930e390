#include <pier/packet/ipv6_extension.hpp>

#include <array>
#include <string>

namespace pier::packet {
namespace {

std::string_view header_name(std::uint8_t kind) noexcept {
    switch (kind) {
        case ip_protocol::hop_by_hop:
            return "hop-by-hop options header";
        case ip_protocol::routing:
            return "routing header";
        case ip_protocol::fragment:
            return "fragment header";
        case ip_protocol::ah:
            return "authentication header";
        case ip_protocol::destination_options:
            return "destination options header";
        default:
            return "extension header";
    }
}

// Of the header, by the number in its second byte (RFC 8200; RFC 4302, section 2.2).
std::size_t size_by(std::uint8_t kind, std::uint8_t length) noexcept {
    if (kind == ip_protocol::fragment) return 8;
    return kind == ip_protocol::ah ? (std::size_t{length} + 2) * 4 : (std::size_t{length} + 1) * 8;
}

}  // namespace

PacketResult<Ipv6Extension> Ipv6Extension::read(std::uint8_t kind, Bytes bytes, std::size_t at) {
    const std::string_view name = header_name(kind);
    if (!is_ipv6_extension(kind)) return packet_error(name, at, 0, std::to_string(kind) + " is no extension header");
    const std::size_t least = kind == ip_protocol::ah ? 12 : 8;
    if (bytes.size() < least) return too_short(name, at, least, bytes.size());
    const std::size_t size = size_by(kind, load<std::uint8_t>(bytes, 1));
    const std::string says = "says " + std::to_string(size) + " bytes of header, ";
    if (size < least) return packet_error(name, at, 1, says + std::to_string(least) + " are the least");
    if (size > bytes.size()) return packet_error(name, at, 1, says + std::to_string(bytes.size()) + " are there");
    return Ipv6Extension(kind, bytes, size, at);
}

Ipv6ExtensionFields Ipv6Extension::fields() const noexcept {
    return {kind_, next_header(), data(), is_fragment() ? load<std::uint8_t>(bytes_, 1) : std::uint8_t{0}};
}

PacketResult<std::size_t> build(const Ipv6ExtensionFields& fields, Bytes payload, Room room) {
    const std::string_view name = header_name(fields.kind);
    const std::size_t size = fields.data.size() + 2;
    const std::size_t unit = fields.kind == ip_protocol::ah ? 4 : 8;
    const std::size_t length = fields.kind == ip_protocol::ah ? size / 4 - 2 : size / 8 - 1;
    const std::size_t least = fields.kind == ip_protocol::ah ? 12 : 8;
    const std::size_t most = size_by(fields.kind, 255);
    if (!is_ipv6_extension(fields.kind) || size % unit != 0 || size < least || size > most) {
        return not_buildable(name, std::to_string(size) + " bytes of header, which it can't have");
    }
    const std::size_t total = size + payload.size();
    if (room.size() < total) return no_room(name, total, room.size());
    place(room, size, payload);
    place(room, 2, fields.data);
    store(room, 0, fields.next_header);
    const bool fragment = fields.kind == ip_protocol::fragment;
    store(room, 1, fragment ? fields.reserved : static_cast<std::uint8_t>(length));
    return total;
}

PacketResult<std::size_t> build(const Ipv6FragmentFields& fields, Bytes payload, Room room) {
    if (fields.offset % 8 != 0) return not_buildable("fragment header", "a fragment begins at a multiple of 8 bytes");
    std::array<std::byte, 6> data{};
    store(Room(data), 0, static_cast<std::uint16_t>(fields.offset | (fields.more ? 1 : 0)));
    store(Room(data), 2, fields.identification);
    return build(Ipv6ExtensionFields{ip_protocol::fragment, fields.next_header, data, 0}, payload, room);
}

}  // namespace pier::packet
