#include "frames.hpp"

#include <pier/packet/numbers.hpp>

namespace arp_scan {
namespace packet = pier::packet;

Ipv4Number number_of(const pier::Address& address) noexcept {
    return static_cast<Ipv4Number>(address.number().low & 0xffffffffU);
}

pier::Address address_of(Ipv4Number number) noexcept { return pier::Address::from_number(pier::Family::ipv4, number); }

RequestFrame request(const Asker& asker, Ipv4Number target) noexcept {
    RequestFrame frame{};
    const packet::Room room(frame);
    packet::MacAddress::broadcast().store(room, 0);
    asker.mac.store(room, 6);
    packet::store(room, 12, packet::ether_type::arp);
    packet::store<std::uint16_t>(room, 14, 1);  // Ethernet
    packet::store(room, 16, packet::ether_type::ipv4);
    packet::store<std::uint8_t>(room, 18, 6);
    packet::store<std::uint8_t>(room, 19, 4);
    packet::store(room, 20, packet::arp_operation::request);
    asker.mac.store(room, 22);
    packet::store(room, 28, asker.address);
    packet::store(room, 38, target);  // before it the target's MAC, which is zero
    return frame;
}

std::optional<Heard> hear(packet::Bytes frame) {
    const auto ethernet = packet::Ethernet::read(frame);
    if (!ethernet || ethernet->tag_count() != 0 || ethernet->type() != packet::ether_type::arp) return std::nullopt;
    const auto arp = packet::Arp::read(ethernet->payload(), ethernet->header_size());
    if (!arp) return std::nullopt;
    const auto fields = arp->fields();
    if (!fields) return std::nullopt;
    const bool is_known =
        fields->operation == packet::arp_operation::request || fields->operation == packet::arp_operation::reply;
    if (!is_known) return std::nullopt;
    const packet::MacAddress& mac = fields->sender_mac;
    if (mac.is_multicast() || mac == packet::MacAddress()) return std::nullopt;
    const Ipv4Number sender = number_of(fields->sender);
    if (sender == 0 || sender >> 28U >= 0xeU) return std::nullopt;  // 224.0.0.0 and above
    return Heard{*fields, ethernet->source(), ethernet->destination()};
}

bool answers(const Heard& heard, const Asker& asker) noexcept {
    return heard.arp.operation == packet::arp_operation::reply && heard.arp.target_mac == asker.mac &&
           (heard.to == asker.mac || heard.to.is_broadcast()) && number_of(heard.arp.target) == asker.address &&
           heard.arp.sender_mac != asker.mac;
}

std::span<const pier::FilterInstruction> arp_filter() noexcept {
    static constexpr std::array<pier::FilterInstruction, 4> program{{
        {0x28, 0, 0, 12},                       // ldh [12]
        {0x15, 0, 1, packet::ether_type::arp},  // jeq #0x806
        {0x06, 0, 0, 262'144},                  // ret: all of it
        {0x06, 0, 0, 0},                        // ret: nothing
    }};
    return program;
}

}  // namespace arp_scan
