#include <pier/packet/arp.hpp>
#include <pier/packet/numbers.hpp>

namespace pier::packet {
namespace {

constexpr std::string_view name = "ARP packet";
constexpr std::uint16_t ethernet = 1;  // of IANA's hardware types

}  // namespace

PacketResult<Arp> Arp::read(Bytes bytes, std::size_t at) {
    if (bytes.size() < 8) return too_short(name, at, 8, bytes.size());
    const std::size_t size = 8 + 2 * (std::size_t{load<std::uint8_t>(bytes, 4)} + load<std::uint8_t>(bytes, 5));
    if (bytes.size() < size) return too_short(name, at, size, bytes.size());
    return Arp(bytes.first(size));
}

bool Arp::is_ethernet_ipv4() const noexcept {
    return hardware_type() == ethernet && protocol_type() == ether_type::ipv4 && hardware_size() == 6 &&
           protocol_size() == 4;
}

std::optional<ArpFields> Arp::fields() const noexcept {
    if (!is_ethernet_ipv4()) return std::nullopt;
    return ArpFields{operation(), MacAddress::load(bytes_, 8), load_v4(bytes_, 14), MacAddress::load(bytes_, 18),
                     load_v4(bytes_, 24)};
}

PacketResult<std::size_t> build(const ArpFields& fields, Room room) {
    if (room.size() < Arp::ethernet_ipv4_size) return no_room(name, Arp::ethernet_ipv4_size, room.size());
    if (!fields.sender.is_v4() || !fields.target.is_v4()) return not_buildable(name, "an address is not one of IPv4");
    store(room, 0, ethernet);
    store(room, 2, ether_type::ipv4);
    store(room, 4, std::uint8_t{6});
    store(room, 5, std::uint8_t{4});
    store(room, 6, fields.operation);
    fields.sender_mac.store(room, 8);
    store_address(room, 14, fields.sender);
    fields.target_mac.store(room, 18);
    store_address(room, 24, fields.target);
    return Arp::ethernet_ipv4_size;
}

}  // namespace pier::packet
