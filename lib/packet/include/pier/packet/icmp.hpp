// ICMP of IPv4 (RFC 792, RFC 1191, RFC 4884).
#pragma once

#include <pier/packet/address_bytes.hpp>
#include <pier/packet/checksum.hpp>
#include <pier/packet/error.hpp>

#include <optional>

namespace pier::packet {

namespace icmp_type {
inline constexpr std::uint8_t echo_reply = 0;
inline constexpr std::uint8_t unreachable = 3;
inline constexpr std::uint8_t redirect = 5;
inline constexpr std::uint8_t echo_request = 8;
inline constexpr std::uint8_t time_exceeded = 11;
inline constexpr std::uint8_t parameter_problem = 12;
}  // namespace icmp_type

struct IcmpFields {
    std::uint8_t type = icmp_type::echo_request;
    std::uint8_t code = 0;
    std::optional<std::uint16_t> checksum = {};  // nothing: the right one
    std::uint32_t rest = 0;                      // bytes 4 to 7, which mean something else for each type

    [[nodiscard]] static constexpr IcmpFields echo(std::uint8_t type, std::uint16_t identifier,
                                                   std::uint16_t sequence) noexcept {
        return {type, 0, {}, std::uint32_t{identifier} << 16 | sequence};
    }
    // `mtu` is of code 4, "fragmentation needed", and 0 for others.
    [[nodiscard]] static constexpr IcmpFields unreachable(std::uint8_t code, std::uint16_t mtu = 0) noexcept {
        return {icmp_type::unreachable, code, {}, mtu};
    }
    [[nodiscard]] static constexpr IcmpFields time_exceeded(std::uint8_t code) noexcept {
        return {icmp_type::time_exceeded, code, {}, 0};
    }
    [[nodiscard]] static constexpr IcmpFields redirect(std::uint8_t code, Address::V4 gateway) noexcept {
        std::uint32_t rest = 0;
        for (const std::uint8_t byte : gateway) rest = rest << 8 | byte;
        return {icmp_type::redirect, code, {}, rest};
    }
    [[nodiscard]] static constexpr IcmpFields parameter_problem(std::uint8_t code, std::uint8_t pointer) noexcept {
        return {icmp_type::parameter_problem, code, {}, std::uint32_t{pointer} << 24};
    }

    friend constexpr bool operator==(const IcmpFields&, const IcmpFields&) noexcept = default;
};

// A view of header and body; any thread.
class Icmp {
public:
    static constexpr std::size_t header_size = 8;

    // Error: fewer than 8 bytes.
    [[nodiscard]] static PacketResult<Icmp> read(Bytes bytes, std::size_t at = 0);

    [[nodiscard]] std::uint8_t type() const noexcept { return load<std::uint8_t>(bytes_, 0); }
    [[nodiscard]] std::uint8_t code() const noexcept { return load<std::uint8_t>(bytes_, 1); }
    [[nodiscard]] std::uint16_t checksum() const noexcept { return load<std::uint16_t>(bytes_, 2); }
    // Of a whole message: where IPv4 has been cut, it can't be said.
    [[nodiscard]] bool checksum_is_right() const noexcept { return internet_checksum(bytes_) == 0; }
    [[nodiscard]] std::uint32_t rest() const noexcept { return load<std::uint32_t>(bytes_, 4); }
    [[nodiscard]] Bytes body() const noexcept { return bytes_.subspan(header_size); }

    [[nodiscard]] bool is_echo() const noexcept {
        return type() == icmp_type::echo_request || type() == icmp_type::echo_reply;
    }
    // Each of these has a meaning for the types that have it, and is a part of rest() for all.
    [[nodiscard]] std::uint16_t identifier() const noexcept { return load<std::uint16_t>(bytes_, 4); }
    [[nodiscard]] std::uint16_t sequence() const noexcept { return load<std::uint16_t>(bytes_, 6); }
    [[nodiscard]] std::uint16_t mtu() const noexcept { return load<std::uint16_t>(bytes_, 6); }
    [[nodiscard]] std::uint8_t pointer() const noexcept { return load<std::uint8_t>(bytes_, 4); }
    [[nodiscard]] Address gateway() const noexcept { return load_v4(bytes_, 4); }

    // An error has the beginning of the datagram that caused it.
    [[nodiscard]] bool is_error() const noexcept;
    // That beginning: a header of IPv4 and at least 8 bytes more, if the sender keeps to RFC 792. Without the
    // extensions of RFC 4884 behind it. Empty for what is no error.
    [[nodiscard]] Bytes original() const noexcept;
    [[nodiscard]] IcmpFields fields() const noexcept { return {type(), code(), checksum(), rest()}; }

private:
    explicit Icmp(Bytes bytes) noexcept : bytes_(bytes) {}

    Bytes bytes_;
};

// Writes header and body to the front of the room, and returns how many bytes that are. The body may stand in its
// place already. Error: the room.
[[nodiscard]] PacketResult<std::size_t> build(const IcmpFields& fields, Bytes body, Room room);

}  // namespace pier::packet
