#include <pier/packet/ethernet.hpp>

namespace pier::packet {
namespace {

constexpr std::string_view header_name = "Ethernet header";

bool is_tag(std::uint16_t type) noexcept { return type == ether_type::vlan || type == ether_type::service_vlan; }

}  // namespace

PacketResult<Ethernet> Ethernet::read(Bytes bytes, std::size_t at) {
    std::size_t tags = 0;
    for (;; ++tags) {
        const std::size_t size = 14 + 4 * tags;
        if (bytes.size() < size) return too_short(header_name, at, size, bytes.size());
        if (!is_tag(load<std::uint16_t>(bytes, size - 2))) return Ethernet(bytes, tags);
        if (tags == most_vlan_tags) return packet_error(header_name, at, size - 2, "more than four VLAN tags");
    }
}

VlanTag Ethernet::tag(std::size_t index) const noexcept {
    const std::size_t at = 12 + 4 * index;
    const auto control = load<std::uint16_t>(bytes_, at + 2);
    return {load<std::uint16_t>(bytes_, at), static_cast<std::uint8_t>(control >> 13), (control & 0x1000) != 0,
            static_cast<std::uint16_t>(control & 0x0fff)};
}

Bytes Ethernet::payload() const noexcept {
    const Bytes behind = bytes_.subspan(header_size());
    return is_length() ? up_to(behind, type()) : behind;
}

EthernetFields Ethernet::fields() const noexcept {
    EthernetFields fields;
    fields.destination = destination();
    fields.source = source();
    fields.tag_count = tag_count_;
    for (std::size_t i = 0; i < tag_count_; ++i) fields.tags[i] = tag(i);
    fields.type = type();
    return fields;
}

PacketResult<std::size_t> build(const EthernetFields& fields, Bytes payload, Room room) {
    if (fields.tag_count > most_vlan_tags) return not_buildable(header_name, "more than four VLAN tags");
    const std::size_t size = 14 + 4 * fields.tag_count;
    if (room.size() < size + payload.size()) return no_room(header_name, size + payload.size(), room.size());
    place(room, size, payload);
    fields.destination.store(room, 0);
    fields.source.store(room, 6);
    for (std::size_t i = 0; i < fields.tag_count; ++i) {
        const VlanTag& tag = fields.tags[i];
        const unsigned control =
            (tag.priority & 7U) << 13 | (tag.drop_eligible ? 0x1000U : 0U) | (tag.identifier & 0xfffU);
        store(room, 12 + 4 * i, tag.protocol);
        store(room, 14 + 4 * i, static_cast<std::uint16_t>(control));
    }
    store(room, size - 2, fields.type);
    return size + payload.size();
}

}  // namespace pier::packet
