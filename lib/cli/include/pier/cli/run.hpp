// The frame of a program that works until it is done or interrupted.
#pragma once

#include <pier/loop.hpp>
#include <pier/task.hpp>

#include <functional>
#include <string_view>

namespace pier {

// Waits until the work is done, or a request to stop (StopRequests: Ctrl-C and the like) has cancelled it: true. On the
// loop that runs here. Where requests can't be had, an interrupt ends the process as it ends any other.
[[nodiscard]] Task<bool> run_or_stop(Task<void> work);

// Runs `work()` on a loop of the engine and gives its exit status. After a request to stop, which
// cancels the work, the status is 130, as a shell has it after SIGINT. 1 after a sentence where the engine does not
// start.
[[nodiscard]] int run_until_stopped(std::string_view program, const EngineInfo& engine,
                                    std::function<Task<int>()> work);

}  // namespace pier
