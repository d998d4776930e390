// A network address with a port: IPv4, or IPv6 with its scope.
#pragma once

#include <pier/result.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace pier {

enum class Family : std::uint8_t { unspecified, ipv4, ipv6 };

// A value of 28 bytes; any thread. Addresses are in network order, the port is a plain number.
class Endpoint {
public:
    using V4 = std::array<std::uint8_t, 4>;
    using V6 = std::array<std::uint8_t, 16>;

    constexpr Endpoint() noexcept = default;
    [[nodiscard]] static constexpr Endpoint v4(V4 address, std::uint16_t port) noexcept {
        Endpoint e;
        e.family_ = Family::ipv4;
        e.port_ = port;
        for (std::size_t i = 0; i < address.size(); ++i) e.bytes_[i] = address[i];
        return e;
    }
    [[nodiscard]] static constexpr Endpoint v6(V6 address, std::uint16_t port, std::uint32_t scope = 0) noexcept {
        Endpoint e;
        e.family_ = Family::ipv6;
        e.port_ = port;
        e.scope_ = scope;
        e.bytes_ = address;
        return e;
    }
    [[nodiscard]] static constexpr Endpoint loopback(Family family, std::uint16_t port = 0) noexcept {
        if (family == Family::ipv6) return v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, port);
        return v4({127, 0, 0, 1}, port);
    }
    [[nodiscard]] static constexpr Endpoint any(Family family, std::uint16_t port = 0) noexcept {
        return family == Family::ipv6 ? v6({}, port) : v4({}, port);
    }

    // "127.0.0.1:7000", "[::1]:7000", "[fe80::1%2]:7000" (the zone is an interface's number or name). Dotted quads
    // only, without leading zeros: the historical short, octal and hexadecimal forms are refused on every system.
    // Errors: bad_address_text; no_such_interface for a zone that names none here and now; misplaced_zone behind an
    // address that is not link-local.
    [[nodiscard]] static Result<Endpoint> parse(std::string_view text);
    // The address alone, without brackets and port.
    [[nodiscard]] static Result<Endpoint> parse_address(std::string_view text, std::uint16_t port = 0);

    [[nodiscard]] constexpr Family family() const noexcept { return family_; }
    [[nodiscard]] constexpr std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] constexpr Endpoint with_port(std::uint16_t port) const noexcept {
        Endpoint e = *this;
        e.port_ = port;
        return e;
    }
    [[nodiscard]] constexpr std::uint32_t scope() const noexcept { return scope_; }  // IPv6: interface index, 0 is none
    [[nodiscard]] constexpr V4 v4_bytes() const noexcept { return {bytes_[0], bytes_[1], bytes_[2], bytes_[3]}; }
    [[nodiscard]] constexpr const V6& v6_bytes() const noexcept { return bytes_; }
    [[nodiscard]] constexpr bool is_any() const noexcept { return family_ != Family::unspecified && bytes_ == V6{}; }
    // Whom a connect to it reaches: loopback for an unspecified address, on every system, else itself.
    [[nodiscard]] constexpr Endpoint reached() const noexcept { return is_any() ? loopback(family_, port_) : *this; }
    // IPv4 in IPv6 form (::ffff:a.b.c.d): how a dual-stack socket names its IPv4 peers.
    [[nodiscard]] constexpr bool is_v4_mapped() const noexcept {
        for (std::size_t i = 0; i < 10; ++i) {
            if (bytes_[i] != 0) return false;
        }
        return family_ == Family::ipv6 && bytes_[10] == 0xff && bytes_[11] == 0xff;
    }
    [[nodiscard]] constexpr bool is_loopback() const noexcept {
        if (family_ == Family::ipv4) return bytes_[0] == 127;
        return family_ == Family::ipv6 && bytes_ == V6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    }

    // The form that parse() reads, where there is such a zone; IPv6 as RFC 5952 wants it, the zone as a number.
    // "unspecified" without a family.
    [[nodiscard]] std::string to_string() const;
    [[nodiscard]] std::string address_string() const;

    friend constexpr bool operator==(const Endpoint&, const Endpoint&) noexcept = default;
    friend constexpr auto operator<=>(const Endpoint&, const Endpoint&) noexcept = default;

private:
    Family family_ = Family::unspecified;
    std::uint16_t port_ = 0;
    std::uint32_t scope_ = 0;
    V6 bytes_{};  // IPv4 uses the first four; the rest stays zero, so that equality holds
};

}  // namespace pier
