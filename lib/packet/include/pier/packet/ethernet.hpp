// Ethernet II with the tags of virtual networks (IEEE 802.3, 802.1Q, 802.1ad).
#pragma once

#include <pier/packet/error.hpp>
#include <pier/packet/mac_address.hpp>
#include <pier/packet/numbers.hpp>

#include <array>

namespace pier::packet {

struct VlanTag {
    std::uint16_t protocol = ether_type::vlan;  // TPID: 802.1Q or 802.1ad
    std::uint8_t priority = 0;                  // PCP: 3 bits
    bool drop_eligible = false;                 // DEI
    std::uint16_t identifier = 0;               // VID: 12 bits; 0 is a priority alone

    friend constexpr bool operator==(const VlanTag&, const VlanTag&) noexcept = default;
};

// Two are usual where they are stacked. More than this is refused.
inline constexpr std::size_t most_vlan_tags = 4;

struct EthernetFields {
    MacAddress destination;
    MacAddress source;
    std::array<VlanTag, most_vlan_tags> tags{};  // the outer one first
    std::size_t tag_count = 0;
    std::uint16_t type = ether_type::ipv4;

    friend constexpr bool operator==(const EthernetFields&, const EthernetFields&) noexcept = default;
};

// A view; any thread.
class Ethernet {
public:
    // Of a frame without its check sequence. Error: it ends in the header, or has more tags than most_vlan_tags.
    [[nodiscard]] static PacketResult<Ethernet> read(Bytes bytes, std::size_t at = 0);

    [[nodiscard]] MacAddress destination() const noexcept { return MacAddress::load(bytes_, 0); }
    [[nodiscard]] MacAddress source() const noexcept { return MacAddress::load(bytes_, 6); }
    [[nodiscard]] std::size_t tag_count() const noexcept { return tag_count_; }
    // `index` is below tag_count(); 0 is the outer one.
    [[nodiscard]] VlanTag tag(std::size_t index) const noexcept;
    // Behind the tags. Below ether_type::first it is the length of an IEEE 802.3 frame's data.
    [[nodiscard]] std::uint16_t type() const noexcept { return load<std::uint16_t>(bytes_, header_size() - 2); }
    [[nodiscard]] bool is_length() const noexcept { return type() < ether_type::first; }
    [[nodiscard]] std::size_t header_size() const noexcept { return 14 + 4 * tag_count_; }
    // With its padding, which only the next header can tell apart. Where the type is a length, as much as it says, if
    // that is there.
    [[nodiscard]] Bytes payload() const noexcept;
    [[nodiscard]] EthernetFields fields() const noexcept;

private:
    Ethernet(Bytes bytes, std::size_t tag_count) noexcept : bytes_(bytes), tag_count_(tag_count) {}

    Bytes bytes_;
    std::size_t tag_count_;
};

// Writes header and payload to the front of the room, and returns how many bytes that are. The payload may stand in
// its place already. A frame is not padded to 60 bytes: network interfaces do that.
[[nodiscard]] PacketResult<std::size_t> build(const EthernetFields& fields, Bytes payload, Room room);

}  // namespace pier::packet
