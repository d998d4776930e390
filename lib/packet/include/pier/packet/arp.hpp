// The Address Resolution Protocol (RFC 826).
#pragma once

#include <pier/packet/address_bytes.hpp>
#include <pier/packet/error.hpp>
#include <pier/packet/mac_address.hpp>

#include <optional>

namespace pier::packet {

namespace arp_operation {
inline constexpr std::uint16_t request = 1;
inline constexpr std::uint16_t reply = 2;
}  // namespace arp_operation

// Of Ethernet and IPv4.
struct ArpFields {
    std::uint16_t operation = arp_operation::request;
    MacAddress sender_mac;
    Address sender = Address::v4({});
    MacAddress target_mac;
    Address target = Address::v4({});

    friend constexpr bool operator==(const ArpFields&, const ArpFields&) noexcept = default;
};

// A view; any thread.
class Arp {
public:
    static constexpr std::size_t ethernet_ipv4_size = 28;

    // Of any kinds of addresses. Error: it ends before all four are there.
    [[nodiscard]] static PacketResult<Arp> read(Bytes bytes, std::size_t at = 0);

    [[nodiscard]] std::uint16_t hardware_type() const noexcept { return load<std::uint16_t>(bytes_, 0); }
    [[nodiscard]] std::uint16_t protocol_type() const noexcept { return load<std::uint16_t>(bytes_, 2); }
    [[nodiscard]] std::uint8_t hardware_size() const noexcept { return load<std::uint8_t>(bytes_, 4); }
    [[nodiscard]] std::uint8_t protocol_size() const noexcept { return load<std::uint8_t>(bytes_, 5); }
    [[nodiscard]] std::uint16_t operation() const noexcept { return load<std::uint16_t>(bytes_, 6); }
    [[nodiscard]] Bytes sender_hardware() const noexcept { return bytes_.subspan(8, hardware_size()); }
    [[nodiscard]] Bytes sender_protocol() const noexcept {
        return bytes_.subspan(8U + hardware_size(), protocol_size());
    }
    [[nodiscard]] Bytes target_hardware() const noexcept {
        return bytes_.subspan(8U + hardware_size() + protocol_size(), hardware_size());
    }
    [[nodiscard]] Bytes target_protocol() const noexcept {
        return bytes_.subspan(8U + 2U * hardware_size() + protocol_size(), protocol_size());
    }
    // Without the padding that Ethernet has put behind it.
    [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }

    // Whether the addresses are those of Ethernet and IPv4.
    [[nodiscard]] bool is_ethernet_ipv4() const noexcept;
    // Nothing, if they are others.
    [[nodiscard]] std::optional<ArpFields> fields() const noexcept;

private:
    explicit Arp(Bytes bytes) noexcept : bytes_(bytes) {}

    Bytes bytes_;
};

// Returns its size, 28 bytes.
[[nodiscard]] PacketResult<std::size_t> build(const ArpFields& fields, Room room);

}  // namespace pier::packet
