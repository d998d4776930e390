// What the runner's processes and the runner say to each other.
#pragma once

#include <string>
#include <string_view>

namespace compare {

// The first argument of a runner's process; the column and the ids, with commas between, follow.
inline constexpr std::string_view child_word = "run-behaviours-for-parent";

// On the process' stdout, a line each: a behaviour begins; it has ended with an outcome and, behind a tab, a detail.
inline constexpr char begins = '>';
inline constexpr char ended = '<';

// Observes the behaviour of that id and prints both lines. False when they can't be printed.
[[nodiscard]] bool observe_for_parent(std::string_view column, std::string_view id);

}  // namespace compare
