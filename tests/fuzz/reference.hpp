// What the system's own functions say of addresses; nothing where it has none that are worth asking.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace reference {

[[nodiscard]] bool is_there() noexcept;
// inet_pton(3); nothing for what it refuses. Texts without zero bytes.
[[nodiscard]] std::optional<std::array<std::uint8_t, 4>> read_v4(const std::string& text);
[[nodiscard]] std::optional<std::array<std::uint8_t, 16>> read_v6(const std::string& text);
// inet_aton(3).
[[nodiscard]] std::optional<std::array<std::uint8_t, 4>> read_historical(const std::string& text);
// inet_ntop(3), of 4 or 16 bytes.
[[nodiscard]] std::string write(std::span<const std::uint8_t> address);

}  // namespace reference
