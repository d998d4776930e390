// The frame of a program that works until it is done or interrupted.
#pragma once

#include <pier/loop.hpp>
#include <pier/task.hpp>

#include <functional>
#include <string_view>

namespace pier {

// Runs `work()` on a loop of the engine and gives its exit status. A request to stop (StopRequests: Ctrl-C and the
// like) cancels the work; the status is 130 then, as a shell has it after SIGINT. 1 after a sentence where the engine
// does not start.
[[nodiscard]] int run_until_stopped(std::string_view program, const EngineInfo& engine,
                                    std::function<Task<int>()> work);

}  // namespace pier
