#include "reference.hpp"

namespace reference {

bool is_there() noexcept { return false; }
std::optional<std::array<std::uint8_t, 4>> read_v4(const std::string&) { return std::nullopt; }
std::optional<std::array<std::uint8_t, 16>> read_v6(const std::string&) { return std::nullopt; }
std::optional<std::array<std::uint8_t, 4>> read_historical(const std::string&) { return std::nullopt; }
std::string write(std::span<const std::uint8_t>) { return {}; }

}  // namespace reference
