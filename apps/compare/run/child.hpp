// What the runner's processes and the runner say to each other.
#pragma once

#include <pier/loop.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace compare {

// The first argument of a runner's process; the column and the ids, with commas between, follow.
inline constexpr std::string_view child_word = "run-behaviours-for-parent";
// Instead of it: the engine's steps are told, too.
inline constexpr std::string_view telling_child_word = "trace-behaviours-for-parent";

// On the process' stdout, a line each: a behaviour begins; a step of its engine; how many further steps there were; it
// has ended with an outcome and, behind a tab, a detail.
inline constexpr char begins = '>';
inline constexpr char step = '=';
inline constexpr char further = '+';
inline constexpr char ended = '<';

// More than anybody reads: transfers of megabytes have thousands of steps that are all the same. And a bound, so that a
// loop which goes round for ever falls silent.
inline constexpr std::size_t most_steps = 1000;

// Whether it could be printed. At once, because whoever reads it may have to end this process.
[[nodiscard]] bool print_line(char sign, std::string_view text);

// Observes the behaviour of that id and prints its lines. False when they can't be printed.
[[nodiscard]] bool observe_for_parent(std::string_view column, std::string_view id, bool tells);

// The engine with its steps printed, from now on, with the time since now. This thread's loops are on this side, those
// of other threads on the peer's.
[[nodiscard]] pier::EngineInfo telling(const pier::EngineInfo& engine);
// Steps behind most_steps.
[[nodiscard]] std::size_t untold() noexcept;

}  // namespace compare
