// This program as a server, in a process of its own: what the table of models asks.
#pragma once

#include <optional>
#include <string_view>

namespace compare {

// The first word of such a process. The number of the one that has started it, with which it ends, and the words of a
// server follow.
inline constexpr std::string_view serving_word = "--serve-for-parent";

// What a client says to crash the process that serves it.
inline constexpr std::string_view crash_word = "crash!";

// In main(), before anything else: an exit status where this process is such a server, or a child of one.
[[nodiscard]] std::optional<int> serve_for_parent(int argc, char** argv);

}  // namespace compare
