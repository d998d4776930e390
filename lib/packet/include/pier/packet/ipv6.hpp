// The header of IPv6 (RFC 8200, section 3).
#pragma once

#include <pier/packet/address_bytes.hpp>
#include <pier/packet/checksum.hpp>
#include <pier/packet/error.hpp>
#include <pier/packet/numbers.hpp>

#include <optional>

namespace pier::packet {

struct Ipv6Fields {
    std::uint8_t traffic_class = 0;
    std::uint32_t flow_label = 0;                      // 20 bits
    std::optional<std::uint16_t> payload_length = {};  // nothing: that of the payload
    std::uint8_t next_header = ip_protocol::none;
    std::uint8_t hop_limit = 64;
    Address source = Address::v6({});
    Address destination = Address::v6({});

    friend constexpr bool operator==(const Ipv6Fields&, const Ipv6Fields&) noexcept = default;
};

// A view; any thread.
class Ipv6 {
public:
    static constexpr std::size_t header_size = 40;

    // Error: the header is not there, or of another version. What it says of the payload's length may be more than is
    // there: is_cut().
    [[nodiscard]] static PacketResult<Ipv6> read(Bytes bytes, std::size_t at = 0);

    [[nodiscard]] std::uint8_t traffic_class() const noexcept {
        return static_cast<std::uint8_t>(load<std::uint16_t>(bytes_, 0) >> 4 & 0xff);
    }
    [[nodiscard]] std::uint32_t flow_label() const noexcept { return load<std::uint32_t>(bytes_, 0) & 0xfffff; }
    [[nodiscard]] std::uint16_t payload_length() const noexcept { return load<std::uint16_t>(bytes_, 4); }
    [[nodiscard]] std::uint8_t next_header() const noexcept { return load<std::uint8_t>(bytes_, 6); }
    [[nodiscard]] std::uint8_t hop_limit() const noexcept { return load<std::uint8_t>(bytes_, 7); }
    [[nodiscard]] Address source() const noexcept { return load_v6(bytes_, 8); }
    [[nodiscard]] Address destination() const noexcept { return load_v6(bytes_, 24); }
    [[nodiscard]] IpPair addresses() const noexcept { return {source(), destination()}; }
    [[nodiscard]] Bytes header() const noexcept { return bytes_.first(header_size); }
    // A length of 0 before hop-by-hop options: they say the length (RFC 2675), and the payload is all that is there.
    [[nodiscard]] bool is_jumbogram() const noexcept {
        return payload_length() == 0 && next_header() == ip_protocol::hop_by_hop;
    }
    // Extension headers and what follows, as much of it as is there and as the length says.
    [[nodiscard]] Bytes payload() const noexcept {
        const Bytes behind = bytes_.subspan(header_size);
        return is_jumbogram() ? behind : up_to(behind, payload_length());
    }
    // Less is there than the length says.
    [[nodiscard]] bool is_cut() const noexcept { return bytes_.size() < header_size + payload_length(); }
    [[nodiscard]] Ipv6Fields fields() const noexcept;

private:
    explicit Ipv6(Bytes bytes) noexcept : bytes_(bytes) {}

    Bytes bytes_;
};

// Writes header and payload to the front of the room, and returns how many bytes that are. The payload may stand in
// its place already. Errors: the room, more than 65,535 bytes of payload.
[[nodiscard]] PacketResult<std::size_t> build(const Ipv6Fields& fields, Bytes payload, Room room);

}  // namespace pier::packet
