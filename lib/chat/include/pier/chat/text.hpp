// Lines of strangers, made fit for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pier::chat {

inline constexpr std::size_t longest_line = 1000;  // bytes; a datagram with it stays below any network's 1,280

// What a terminal would obey is gone: escape sequences as a whole (ECMA-48), C0, DEL and C1, the marks that turn the
// direction of what follows (U+202A to U+202E, U+2066 to U+2069), line and paragraph separators, U+FEFF and tags. A tab
// becomes a space, each byte that is no UTF-8 becomes U+FFFD. At most `longest` bytes, cut between characters. What is
// clean stays as it is.
[[nodiscard]] std::string clean(std::string_view text, std::size_t longest = longest_line);

}  // namespace pier::chat
