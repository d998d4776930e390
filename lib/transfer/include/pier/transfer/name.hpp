// Names of files as the protocol has them: the same on every system, and never leading out of a folder.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pier::transfer {

inline constexpr std::size_t longest_name = 1024;  // bytes
inline constexpr std::size_t longest_part = 255;   // bytes between two slashes: what file systems take

// Whether a name is one that both sides take: parts of UTF-8 with a "/" between two of them, relative. No part is
// empty,
// "." or "..", ends with a dot or a space (which Windows takes off), holds a backslash, a colon (a drive, or an
// alternate stream, of Windows) or a control character, or is a device of Windows ("con", "com1.txt").
[[nodiscard]] bool is_name(std::string_view name) noexcept;

// The same of a name without any "/".
[[nodiscard]] bool is_name_part(std::string_view part) noexcept;

// Between the slashes.
[[nodiscard]] std::vector<std::string> parts_of(std::string_view name);

// For a line of the protocol: percent-encoded (RFC 3986) but for unreserved characters and "/".
[[nodiscard]] std::string encode_name(std::string_view name);
// Nothing unless is_name() and encode_name() gives the same text again: one name has one way to be written.
[[nodiscard]] std::optional<std::string> decode_name(std::string_view text);

}  // namespace pier::transfer
