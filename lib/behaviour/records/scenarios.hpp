// Steps of behaviours whose records stand in system.cpp and below.cpp, among those that only raw calls show.
#pragma once

#include <pier/behaviour/outcome.hpp>
#include <pier/task.hpp>

namespace pier::behaviour {

// urgent.cpp
[[nodiscard]] pier::Task<Verdict> urgent_byte_beside();
[[nodiscard]] pier::Task<Verdict> urgent_byte_in_line();
// groups.cpp
[[nodiscard]] pier::Task<Verdict> group_membership();
[[nodiscard]] pier::Task<Verdict> group_loop();
[[nodiscard]] pier::Task<Verdict> destination_is_told();
// socket_state.cpp
[[nodiscard]] pier::Task<Verdict> accepted_inherits();
[[nodiscard]] pier::Task<Verdict> whole_receive();
[[nodiscard]] pier::Task<Verdict> no_pending_error();
[[nodiscard]] pier::Task<Verdict> pending_error_is_taken();
[[nodiscard]] pier::Task<Verdict> copy_outlives_original();
[[nodiscard]] pier::Task<Verdict> receiving_is_stopped();

}  // namespace pier::behaviour
