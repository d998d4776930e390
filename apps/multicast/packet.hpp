// A datagram of pier-multicast: its sender's mark, its number, and what it carries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace multicast {

// The layout, in network order: "PMC" and what it carries ('t' for text, 'f' for a filling), the mark of the run that
// has sent it (8 bytes, by chance), its number in that run (8 bytes, from 0), and the text or the filling.
struct Packet {
    static constexpr std::size_t header = 20;
    static constexpr std::size_t longest = 65507;  // bytes of a datagram over IPv4 (RFC 768)

    std::uint64_t mark = 0;
    std::uint64_t number = 0;
    std::optional<std::string_view> text;  // of the bytes that it was read from; none: a filling

    // Nothing for a datagram of somebody else.
    [[nodiscard]] static std::optional<Packet> read(std::span<const std::byte> datagram) noexcept;
    // With a text as that, or else filled up to `size`.
    [[nodiscard]] std::vector<std::byte> write(std::size_t size) const;
};

}  // namespace multicast
