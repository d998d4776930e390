// UTF-8, which Pier speaks, and the UTF-16 of the system.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pier::win32 {

// A half of a surrogate pair, which names of files may hold, becomes U+FFFD.
[[nodiscard]] std::string to_utf8(std::wstring_view text);
// Broken UTF-8 becomes U+FFFD.
[[nodiscard]] std::wstring to_wide(std::string_view text);
// Nothing of broken UTF-8.
[[nodiscard]] std::optional<std::wstring> to_wide_strictly(std::string_view text);

}  // namespace pier::win32
