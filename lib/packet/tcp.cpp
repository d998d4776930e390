#include <pier/packet/tcp.hpp>

#include <string>

namespace pier::packet {
namespace {

constexpr std::string_view header_name = "TCP header";

}  // namespace

PacketResult<Tcp> Tcp::read(Bytes bytes, std::size_t at) {
    if (bytes.size() < 20) return too_short(header_name, at, 20, bytes.size());
    const std::size_t size = 4U * (load<std::uint8_t>(bytes, 12) >> 4);
    const std::string says = "says " + std::to_string(size) + " bytes of header, ";
    if (size < 20) return packet_error(header_name, at, 12, says + "20 are the least");
    if (size > bytes.size())
        return packet_error(header_name, at, 12, says + std::to_string(bytes.size()) + " are there");
    return Tcp(bytes, at);
}

TcpFields Tcp::fields() const noexcept {
    return {source_port(), destination_port(), sequence(), acknowledgment(), reserved(),
            flags(),       window(),           checksum(), urgent_pointer(), options()};
}

PacketResult<std::size_t> build(const TcpFields& fields, Bytes payload, const IpPair& addresses, Room room) {
    if (fields.options.size() > 40 || fields.options.size() % 4 != 0) {
        return not_buildable(header_name, std::to_string(fields.options.size()) +
                                              " bytes of options, and a multiple of 4 up to 40 has a place");
    }
    const std::size_t size = 20 + fields.options.size();
    const std::size_t total = size + payload.size();
    if (room.size() < total) return no_room(header_name, total, room.size());
    place(room, size, payload);
    place(room, 20, fields.options);
    store(room, 0, fields.source_port);
    store(room, 2, fields.destination_port);
    store(room, 4, fields.sequence);
    store(room, 8, fields.acknowledgment);
    store(room, 12, static_cast<std::uint8_t>(size / 4 << 4 | (fields.reserved & 15U)));
    store(room, 13, fields.flags);
    store(room, 14, fields.window);
    store(room, 16, std::uint16_t{0});
    store(room, 18, fields.urgent_pointer);
    InternetSum sum = pseudo_header(addresses, ip_protocol::tcp, static_cast<std::uint32_t>(total));
    store(room, 16, fields.checksum.value_or(sum.add(room.first(total)).checksum()));
    return total;
}

}  // namespace pier::packet
