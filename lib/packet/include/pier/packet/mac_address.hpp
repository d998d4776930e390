// The address of a network interface: 48 bits (IEEE 802, EUI-48).
#pragma once

#include <pier/address/text_error.hpp>
#include <pier/packet/bytes.hpp>

#include <array>
#include <compare>
#include <string>
#include <string_view>

namespace pier::packet {

// A value; any thread. Without more said it is 00:00:00:00:00:00.
class MacAddress {
public:
    using Octets = std::array<std::uint8_t, 6>;

    constexpr MacAddress() noexcept = default;
    constexpr explicit MacAddress(const Octets& octets) noexcept : octets_(octets) {}
    // The caller has looked that six bytes are there.
    [[nodiscard]] static constexpr MacAddress load(Bytes bytes, std::size_t at) noexcept {
        MacAddress mac;
        for (std::size_t i = 0; i < 6; ++i) mac.octets_[i] = packet::load<std::uint8_t>(bytes, at + i);
        return mac;
    }
    [[nodiscard]] static constexpr MacAddress broadcast() noexcept {
        return MacAddress({0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
    }
    // Two hexadecimal digits for each octet between colons or hyphens, or three groups of four digits between dots:
    // "00:00:5e:00:53:01", "00-00-5E-00-53-01", "0000.5e00.5301". Nothing else, no space around it.
    [[nodiscard]] static TextResult<MacAddress> parse(std::string_view text);

    [[nodiscard]] constexpr const Octets& octets() const noexcept { return octets_; }
    // The caller has looked that there is room for six bytes.
    constexpr void store(Room room, std::size_t at) const noexcept {
        for (const std::uint8_t octet : octets_) packet::store(room, at++, octet);
    }

    [[nodiscard]] constexpr bool is_broadcast() const noexcept { return *this == broadcast(); }
    // The I/G bit: a group of stations. The broadcast address is one as well.
    [[nodiscard]] constexpr bool is_multicast() const noexcept { return (octets_[0] & 0x01) != 0; }
    // The U/L bit: not assigned by a manufacturer.
    [[nodiscard]] constexpr bool is_local() const noexcept { return (octets_[0] & 0x02) != 0; }

    // Small letters and colons.
    [[nodiscard]] std::string to_string() const;

    friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) noexcept = default;

private:
    Octets octets_{};
};

}  // namespace pier::packet
