#include "pattern.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace echo_client {

std::string hex(std::byte value) {
    char text[5];
    std::snprintf(text, sizeof text, "0x%02x", std::to_integer<unsigned>(value));
    return text;
}

// SplitMix64 (Steele, Lea and Flood, 2014) of the place: every word can be computed without those before it.
std::uint64_t Pattern::word(std::uint64_t index) const noexcept {
    std::uint64_t x = (connection_ << 40) + (index + 1) * 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

void Pattern::fill(std::span<std::byte> into, std::uint64_t position) const noexcept {
    if (!text_.empty()) {
        for (std::size_t i = 0; i < into.size(); ++i) {
            into[i] = static_cast<std::byte>(text_[static_cast<std::size_t>((position + i) % text_.size())]);
        }
        return;
    }
    std::size_t at = 0;
    while (at < into.size()) {
        std::uint64_t value = word((position + at) / 8);
        for (auto byte = static_cast<unsigned>((position + at) % 8); byte < 8 && at < into.size(); ++byte, ++at) {
            into[at] = static_cast<std::byte>(value >> (8 * byte) & 0xff);
        }
    }
}

std::optional<Pattern::Difference> Pattern::compare(std::span<const std::byte> bytes,
                                                    std::uint64_t position) const noexcept {
    std::array<std::byte, 4096> expected;
    while (!bytes.empty()) {
        std::span<std::byte> part = std::span(expected).first(std::min(expected.size(), bytes.size()));
        fill(part, position);
        auto [ours, theirs] = std::ranges::mismatch(part, bytes);
        if (ours != part.end()) {
            return Difference{position + static_cast<std::uint64_t>(ours - part.begin()), *ours, *theirs};
        }
        position += part.size();
        bytes = bytes.subspan(part.size());
    }
    return std::nullopt;
}

}  // namespace echo_client
