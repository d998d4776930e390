// Prefixes: all addresses that begin with the same bits. RFC 4632 (IPv4), RFC 4291, section 2.3 (IPv6).
#pragma once

#include <pier/address/address.hpp>
#include <pier/address/text_error.hpp>
#include <pier/address/u128.hpp>

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace pier {

// The first and the last one of addresses that follow one another.
struct AddressRange {
    Address first;
    Address last;
    friend constexpr bool operator==(const AddressRange&, const AddressRange&) noexcept = default;
};

// A value; any thread. It has no scope: those of addresses that it is asked about don't matter. Addresses of IPv4 are
// never in a prefix of IPv6, mapped ones never in one of IPv4: see Address::unmapped().
class Prefix {
public:
    // That the address is in; of a length above address.bits() it is the address alone.
    constexpr Prefix(const Address& address, unsigned length) noexcept
        : length_(length < address.bits() ? length : address.bits()),
          network_(Address::from_number(address.family(), address.number() & mask_number(address.bits(), length_))) {}

    // "10.0.0.0/8", "2001:db8::/32". IPv4 may have a mask for the length ("10.0.0.0/255.0.0.0"). The bits behind the
    // prefix have to be zero: AddressInPrefix reads others.
    [[nodiscard]] static TextResult<Prefix> parse(std::string_view text);

    [[nodiscard]] constexpr Family family() const noexcept { return network_.family(); }
    [[nodiscard]] constexpr bool is_v4() const noexcept { return network_.is_v4(); }
    [[nodiscard]] constexpr unsigned length() const noexcept { return length_; }
    [[nodiscard]] constexpr unsigned bits() const noexcept { return network_.bits(); }  // 32 or 128
    [[nodiscard]] constexpr unsigned host_bits() const noexcept { return bits() - length_; }

    // The first address, whose host bits are zero.
    [[nodiscard]] constexpr const Address& network() const noexcept { return network_; }
    // The last address, whose host bits are one.
    [[nodiscard]] constexpr Address last() const noexcept {
        return Address::from_number(family(), network_.number() | U128::ones(host_bits()));
    }
    // Ones for the prefix, zeros for the host; and the other way round, as access lists have it.
    [[nodiscard]] constexpr Address mask() const noexcept {
        return Address::from_number(family(), mask_number(bits(), length_));
    }
    [[nodiscard]] constexpr Address wildcard() const noexcept {
        return Address::from_number(family(), U128::ones(host_bits()));
    }
    // Of IPv4 with room for one: not of /31, which is a link of two hosts (RFC 3021), nor of /32. IPv6 has none.
    [[nodiscard]] constexpr std::optional<Address> broadcast() const noexcept {
        if (!is_v4() || host_bits() < 2) return std::nullopt;
        return last();
    }
    // What hosts may have. Of IPv4 without the network's own address and the broadcast, where there is one. Of IPv6
    // without the first address, which is that of any router there (RFC 4291, section 2.6.1), but for /127, a link of
    // two routers (RFC 6164), and /128.
    [[nodiscard]] constexpr AddressRange hosts() const noexcept {
        if (host_bits() < 2) return {network_, last()};
        const Address first = Address::from_number(family(), network_.number() + 1);
        return {first, is_v4() ? Address::from_number(family(), last().number() - 1) : last()};
    }
    [[nodiscard]] constexpr U128 host_count() const noexcept {
        const AddressRange range = hosts();
        return range.last.number() - range.first.number() + 1;
    }
    // How many addresses it has, in decimal: up to 2^128, which is one more than a U128 holds.
    [[nodiscard]] std::string address_count() const { return power_of_two_text(host_bits()); }

    [[nodiscard]] constexpr bool contains(const Address& address) const noexcept {
        return address.family() == family() && (address.number() & mask_number(bits(), length_)) == network_.number();
    }
    [[nodiscard]] constexpr bool contains(const Prefix& other) const noexcept {
        return other.length_ >= length_ && contains(other.network_);
    }
    // Two prefixes overlap when one contains the other.
    [[nodiscard]] constexpr bool overlaps(const Prefix& other) const noexcept {
        return contains(other) || other.contains(*this);
    }

    // One bit shorter; nothing of length 0.
    [[nodiscard]] constexpr std::optional<Prefix> parent() const noexcept {
        if (length_ == 0) return std::nullopt;
        return Prefix(network_, length_ - 1);
    }
    // The other half of the parent; nothing of length 0.
    [[nodiscard]] constexpr std::optional<Prefix> sibling() const noexcept {
        if (length_ == 0) return std::nullopt;
        return Prefix(Address::from_number(family(), network_.number() ^ U128::power_of_two(host_bits())), length_);
    }
    // The neighbours of the same length; nothing behind the last one and before the first one.
    [[nodiscard]] constexpr std::optional<Prefix> next() const noexcept {
        const auto behind = last().next();
        if (!behind) return std::nullopt;
        return Prefix(*behind, length_);
    }
    [[nodiscard]] constexpr std::optional<Prefix> previous() const noexcept {
        const auto before = network_.previous();
        if (!before) return std::nullopt;
        return Prefix(*before, length_);
    }

    // "10.0.0.0/8".
    [[nodiscard]] std::string to_string() const;

    // By family, network and length: so a prefix stands before those that it contains.
    friend constexpr bool operator==(const Prefix&, const Prefix&) noexcept = default;
    friend constexpr std::strong_ordering operator<=>(const Prefix& a, const Prefix& b) noexcept {
        if (auto order = a.network_ <=> b.network_; order != 0) return order;
        return a.length_ <=> b.length_;
    }

private:
    [[nodiscard]] static constexpr U128 mask_number(unsigned bits, unsigned length) noexcept {
        return U128::ones(length) << (bits - length);
    }

    unsigned length_;
    Address network_;
};

// How an interface is set up: an address, and the prefix that it is in ("192.168.1.5/24").
struct AddressInPrefix {
    Address address;
    Prefix prefix;

    // As Prefix::parse(), with any bits behind the prefix, and with a zone where Address::parse() takes one:
    // "fe80::1%2/64" (RFC 4007, section 11.7).
    [[nodiscard]] static TextResult<AddressInPrefix> parse(std::string_view text);
};

}  // namespace pier
