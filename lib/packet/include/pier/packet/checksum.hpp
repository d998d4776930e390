// The Internet checksum (RFC 1071): of pieces, with pseudo-headers, and its update (RFC 1624).
#pragma once

#include <pier/address/address.hpp>
#include <pier/address/byte_order.hpp>
#include <pier/packet/bytes.hpp>

#include <cstdint>

namespace pier::packet {

namespace detail {

// The sum of RFC 1071 of these bytes, by eight words of 64 bits at a time. Any thread.
[[nodiscard]] std::uint16_t sum_many(Bytes bytes) noexcept;

[[nodiscard]] constexpr std::uint16_t fold(std::uint64_t sum) noexcept {
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
}

}  // namespace detail

// The one's complement sum of all 16-bit words, in host order and not inverted. A last odd byte is the upper half of a
// word (RFC 1071, section 4.1).
[[nodiscard]] constexpr std::uint16_t sum_of(Bytes bytes) noexcept {
    if
        consteval {
            std::uint64_t sum = 0;
            for (std::size_t i = 0; i < bytes.size(); ++i) {
                sum += std::to_integer<std::uint64_t>(bytes[i]) << (i % 2 == 0 ? 8 : 0);
            }
            return detail::fold(sum);
        }
    else {
        return detail::sum_many(bytes);
    }
}

// A sum of pieces that stand one behind the other. A piece may have any length, an odd one too, and any alignment.
class InternetSum {
public:
    constexpr InternetSum& add(Bytes piece) noexcept {
        const std::uint16_t sum = sum_of(piece);
        sum_ += odd_ ? swap_bytes(sum) : sum;  // RFC 1071, section 2 (B): a shift by a byte swaps the bytes of the sum
        odd_ = odd_ != (piece.size() % 2 != 0);
        return *this;
    }
    // A word that stands at an even place, wherever that is: the order of words doesn't matter.
    constexpr InternetSum& add_word(std::uint16_t word) noexcept {
        sum_ += word;
        return *this;
    }
    [[nodiscard]] constexpr std::uint16_t folded() const noexcept { return detail::fold(sum_); }
    // The inverted sum, in host order: what belongs into the header. Over bytes that hold a right checksum it is 0.
    [[nodiscard]] constexpr std::uint16_t checksum() const noexcept {
        return static_cast<std::uint16_t>(~folded() & 0xffff);
    }

private:
    std::uint64_t sum_ = 0;
    bool odd_ = false;
};

[[nodiscard]] constexpr std::uint16_t internet_checksum(Bytes bytes) noexcept {
    return static_cast<std::uint16_t>(~sum_of(bytes) & 0xffff);
}

// From whom to whom, both of one family. With a routing header of IPv6 the destination is the last one (RFC 8200,
// section 8.1).
struct IpPair {
    Address source = Address::v4({});
    Address destination = Address::v4({});

    friend constexpr bool operator==(const IpPair&, const IpPair&) noexcept = default;
};

// The sum of the pseudo-header: RFC 9293 (section 3.1) and RFC 768 for IPv4, RFC 8200 (section 8.1) for IPv6. `length`
// is that of the upper header and its data. Pieces of these can be added behind it.
[[nodiscard]] constexpr InternetSum pseudo_header(const IpPair& pair, std::uint8_t protocol,
                                                  std::uint32_t length) noexcept {
    InternetSum sum;
    for (const Address* address : {&pair.source, &pair.destination}) {
        const auto bytes = address->bytes();
        for (std::size_t i = 0; i < bytes.size(); i += 2) {
            sum.add_word(static_cast<std::uint16_t>(bytes[i] << 8 | bytes[i + 1]));
        }
    }
    sum.add_word(protocol).add_word(static_cast<std::uint16_t>(length >> 16));
    return sum.add_word(static_cast<std::uint16_t>(length & 0xffff));
}

// The checksum when one word of what it is about has changed (RFC 1624, equation 3).
[[nodiscard]] constexpr std::uint16_t update_checksum(std::uint16_t checksum, std::uint16_t before,
                                                      std::uint16_t after) noexcept {
    const std::uint64_t sum =
        std::uint64_t{0xffffU & ~std::uint32_t{checksum}} + (0xffffU & ~std::uint32_t{before}) + after;
    return static_cast<std::uint16_t>(~detail::fold(sum) & 0xffff);
}

// The same of many bytes, which begin at an even place. `before` and `after` may differ in length if both are even.
[[nodiscard]] constexpr std::uint16_t update_checksum(std::uint16_t checksum, Bytes before, Bytes after) noexcept {
    return update_checksum(checksum, sum_of(before), sum_of(after));
}

}  // namespace pier::packet
