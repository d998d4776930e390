// ICMPv6 (RFC 4443, RFC 4884). Neighbour discovery is neighbour.hpp's.
#pragma once

#include <pier/packet/checksum.hpp>
#include <pier/packet/error.hpp>
#include <pier/packet/numbers.hpp>

#include <optional>

namespace pier::packet {

namespace icmpv6_type {
inline constexpr std::uint8_t unreachable = 1;
inline constexpr std::uint8_t packet_too_big = 2;
inline constexpr std::uint8_t time_exceeded = 3;
inline constexpr std::uint8_t parameter_problem = 4;
inline constexpr std::uint8_t echo_request = 128;
inline constexpr std::uint8_t echo_reply = 129;
inline constexpr std::uint8_t router_solicitation = 133;
inline constexpr std::uint8_t router_advertisement = 134;
inline constexpr std::uint8_t neighbour_solicitation = 135;
inline constexpr std::uint8_t neighbour_advertisement = 136;
inline constexpr std::uint8_t redirect = 137;
}  // namespace icmpv6_type

struct Icmpv6Fields {
    std::uint8_t type = icmpv6_type::echo_request;
    std::uint8_t code = 0;
    std::optional<std::uint16_t> checksum = {};  // nothing: the right one
    std::uint32_t rest = 0;                      // bytes 4 to 7, which mean something else for each type

    [[nodiscard]] static constexpr Icmpv6Fields echo(std::uint8_t type, std::uint16_t identifier,
                                                     std::uint16_t sequence) noexcept {
        return {type, 0, {}, std::uint32_t{identifier} << 16 | sequence};
    }
    [[nodiscard]] static constexpr Icmpv6Fields packet_too_big(std::uint32_t mtu) noexcept {
        return {icmpv6_type::packet_too_big, 0, {}, mtu};
    }

    friend constexpr bool operator==(const Icmpv6Fields&, const Icmpv6Fields&) noexcept = default;
};

// A view of header and body; any thread.
class Icmpv6 {
public:
    static constexpr std::size_t header_size = 8;

    // Error: fewer than 8 bytes.
    [[nodiscard]] static PacketResult<Icmpv6> read(Bytes bytes, std::size_t at = 0);

    [[nodiscard]] std::uint8_t type() const noexcept { return load<std::uint8_t>(bytes_, 0); }
    [[nodiscard]] std::uint8_t code() const noexcept { return load<std::uint8_t>(bytes_, 1); }
    [[nodiscard]] std::uint16_t checksum() const noexcept { return load<std::uint16_t>(bytes_, 2); }
    // Of a whole message: where IPv6 has been cut, it can't be said.
    [[nodiscard]] bool checksum_is_right(const IpPair& addresses) const noexcept {
        const auto length = static_cast<std::uint32_t>(bytes_.size());
        return pseudo_header(addresses, ip_protocol::icmpv6, length).add(bytes_).checksum() == 0;
    }
    [[nodiscard]] std::uint32_t rest() const noexcept { return load<std::uint32_t>(bytes_, 4); }
    [[nodiscard]] Bytes body() const noexcept { return bytes_.subspan(header_size); }

    [[nodiscard]] bool is_echo() const noexcept {
        return type() == icmpv6_type::echo_request || type() == icmpv6_type::echo_reply;
    }
    // Each of these has a meaning for the types that have it, and is a part of rest() for all.
    [[nodiscard]] std::uint16_t identifier() const noexcept { return load<std::uint16_t>(bytes_, 4); }
    [[nodiscard]] std::uint16_t sequence() const noexcept { return load<std::uint16_t>(bytes_, 6); }
    [[nodiscard]] std::uint32_t mtu() const noexcept { return rest(); }
    [[nodiscard]] std::uint32_t pointer() const noexcept { return rest(); }

    // An error has as much of the packet that caused it as fits.
    [[nodiscard]] bool is_error() const noexcept { return type() < 128; }
    // That packet's beginning, from its header of IPv6 on, for the four types above. Without the extensions of RFC 4884
    // behind it. Empty for others.
    [[nodiscard]] Bytes original() const noexcept;
    [[nodiscard]] Icmpv6Fields fields() const noexcept { return {type(), code(), checksum(), rest()}; }

private:
    explicit Icmpv6(Bytes bytes) noexcept : bytes_(bytes) {}

    Bytes bytes_;
};

// Writes header and body to the front of the room, and returns how many bytes that are. The body may stand in its
// place already. Error: the room.
[[nodiscard]] PacketResult<std::size_t> build(const Icmpv6Fields& fields, Bytes body, const IpPair& addresses,
                                              Room room);

}  // namespace pier::packet
