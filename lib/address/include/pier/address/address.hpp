// An IP address: no port, no name.
#pragma once

#include <pier/address/text_error.hpp>
#include <pier/address/u128.hpp>
#include <pier/endpoint.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pier {

// IPv4, or IPv6 with the number of an interface as its scope (0 is none). A value; any thread; asks no system.
class Address {
public:
    using V4 = Endpoint::V4;
    using V6 = Endpoint::V6;

    // In network order, as they stand in a packet.
    [[nodiscard]] static constexpr Address v4(V4 bytes) noexcept {
        Address a(Family::ipv4);
        for (std::size_t i = 0; i < bytes.size(); ++i) a.bytes_[i] = bytes[i];
        return a;
    }
    [[nodiscard]] static constexpr Address v6(V6 bytes, std::uint32_t scope = 0) noexcept {
        Address a(Family::ipv6);
        a.bytes_ = bytes;
        a.scope_ = scope;
        return a;
    }
    // The address that number() gives this number for; of IPv4 the lower 32 bits count.
    [[nodiscard]] static constexpr Address from_number(Family family, U128 number) noexcept {
        Address a(family == Family::ipv6 ? Family::ipv6 : Family::ipv4);
        const unsigned bits = a.bits();
        for (unsigned i = 0; i < bits / 8; ++i) {
            a.bytes_[i] = static_cast<std::uint8_t>((number >> (bits - 8 - 8 * i)).low & 0xff);
        }
        return a;
    }
    // Nothing for a Unix-domain socket and for one without a family.
    [[nodiscard]] static constexpr std::optional<Address> of(const Endpoint& endpoint) noexcept {
        if (endpoint.family() == Family::ipv4) return v4(endpoint.v4_bytes());
        if (endpoint.family() == Family::ipv6) return v6(endpoint.v6_bytes(), endpoint.scope());
        return std::nullopt;
    }
    // What inet_pton(3) takes of either family, and nothing else: no historical forms (parse_historical() reads those),
    // no space around it. Besides, a zone behind a link-local address of IPv6 (RFC 4007), as a number: "fe80::1%2".
    // Names of interfaces are known to the system alone: Endpoint::parse_address() asks it.
    [[nodiscard]] static TextResult<Address> parse(std::string_view text);

    [[nodiscard]] constexpr Family family() const noexcept { return family_; }
    [[nodiscard]] constexpr bool is_v4() const noexcept { return family_ == Family::ipv4; }
    [[nodiscard]] constexpr bool is_v6() const noexcept { return family_ == Family::ipv6; }
    // 32 or 128.
    [[nodiscard]] constexpr unsigned bits() const noexcept { return is_v4() ? 32 : 128; }
    // 4 or 16, in network order; they live as long as this.
    [[nodiscard]] constexpr std::span<const std::uint8_t> bytes() const noexcept {
        return std::span(bytes_).first(bits() / 8);
    }
    [[nodiscard]] constexpr std::uint32_t scope() const noexcept { return scope_; }
    [[nodiscard]] constexpr Address without_scope() const noexcept {
        Address a = *this;
        a.scope_ = 0;
        return a;
    }
    // The bytes as one number, the first byte the most significant one.
    [[nodiscard]] constexpr U128 number() const noexcept {
        U128 number;
        for (const std::uint8_t byte : bytes()) number = number << 8 | byte;
        return number;
    }
    [[nodiscard]] constexpr Endpoint with_port(std::uint16_t port) const noexcept {
        if (is_v6()) return Endpoint::v6(bytes_, port, scope_);
        return Endpoint::v4({bytes_[0], bytes_[1], bytes_[2], bytes_[3]}, port);
    }

    // IPv4 in IPv6 form: ::ffff:192.0.2.1 (RFC 4291, section 2.5.5.2).
    [[nodiscard]] constexpr bool is_mapped() const noexcept { return is_v6() && (number() >> 32) == U128(0xffff); }
    // The same peer as IPv4, where this is a mapped address, else this one.
    [[nodiscard]] constexpr Address unmapped() const noexcept {
        return is_mapped() ? from_number(Family::ipv4, number()) : *this;
    }
    // The same peer as IPv6, where this is IPv4, else this one.
    [[nodiscard]] constexpr Address mapped() const noexcept {
        return is_v4() ? from_number(Family::ipv6, number() | U128(0xffff) << 32) : *this;
    }

    // The neighbours. Nothing behind the last address and before the first one. The scope stays.
    [[nodiscard]] constexpr std::optional<Address> next() const noexcept {
        if (number() == U128::ones(bits())) return std::nullopt;
        return with_number(number() + 1);
    }
    [[nodiscard]] constexpr std::optional<Address> previous() const noexcept {
        if (number() == U128(0)) return std::nullopt;
        return with_number(number() - 1);
    }

    // What inet_ntop(3) writes, and a zone as a number. That is RFC 5952; the dotted form is of mapped addresses and,
    // unlike that of Endpoint, also of the IPv4-compatible ones that RFC 4291 has deprecated ("::192.0.2.1").
    [[nodiscard]] std::string to_string() const;

    // IPv4 before IPv6, then by number(), then by scope.
    friend constexpr bool operator==(const Address&, const Address&) noexcept = default;
    friend constexpr std::strong_ordering operator<=>(const Address&, const Address&) noexcept = default;

private:
    explicit constexpr Address(Family family) noexcept : family_(family) {}
    [[nodiscard]] constexpr Address with_number(U128 number) const noexcept {
        Address a = from_number(family_, number);
        a.scope_ = scope_;
        return a;
    }

    Family family_;
    V6 bytes_{};  // IPv4 uses the first four; the rest stays zero, so that equality and order hold
    std::uint32_t scope_ = 0;
};

}  // namespace pier
