// Numbers in texts of addresses.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pier::detail {

// Decimal, without sign and leading zeros ("0" itself is fine).
[[nodiscard]] inline std::optional<std::uint32_t> decimal(std::string_view text, std::uint32_t most) noexcept {
    if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
        if (value > most) return std::nullopt;
    }
    return static_cast<std::uint32_t>(value);
}

}  // namespace pier::detail
