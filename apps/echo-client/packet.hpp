// A datagram of this client: whose it is, its number, and a pattern that follows from both.
#pragma once

#include "pattern.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace echo_client {

// The layout, in network order: the token of the connection (8 bytes), the number of the datagram (8 bytes), then the
// bytes of the pattern at the place of that number. A connection has its own token, by chance, so what an earlier run
// at the same port has left on its way is seen as foreign.
class Packets {
public:
    static constexpr std::size_t header = 16;
    static constexpr std::size_t longest = 65507;  // bytes of a datagram over IPv4 (RFC 768)

    Packets(std::uint64_t token, const Pattern& pattern, std::size_t size) noexcept
        : token_(token), pattern_(pattern), size_(size) {}

    // `into` has the size that all of them have.
    void write(std::uint64_t number, std::span<std::byte> into) const noexcept;
    // Nothing for a datagram that is none of ours.
    [[nodiscard]] std::optional<std::uint64_t> number_of(std::span<const std::byte> datagram) const noexcept;
    // The first byte of it, whose number is that one, that is not as it was sent: its place in the datagram.
    [[nodiscard]] std::optional<Pattern::Difference> compare(std::uint64_t number,
                                                             std::span<const std::byte> datagram) const noexcept;

private:
    [[nodiscard]] std::uint64_t place(std::uint64_t number) const noexcept { return number * (size_ - header); }

    const std::uint64_t token_;
    const Pattern& pattern_;
    const std::size_t size_;
};

}  // namespace echo_client
