// Names, and which of them look alike.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pier::chat {

inline constexpr std::size_t longest_name = 20;

// 1 to 20 of A-Z, a-z, 0-9, "_" and "-". Nothing else: of all other letters some look like these (Cyrillic, for
// example), and some can't be seen at all.
[[nodiscard]] bool is_name(std::string_view name) noexcept;

// Equal for names that a reader may take for each other: without regard to case, "0" as "o", "1" and "i" as "l", "5" as
// "s", and "_" as "-". For one that is_name().
[[nodiscard]] std::string look_of(std::string_view name);

// What a name has to be, for whoever chose another: behind `"..." is no name here: `.
inline constexpr std::string_view name_rule = "1 to 20 letters A-Z, digits, - and _";

}  // namespace pier::chat
