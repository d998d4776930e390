// Frames on their way.
#pragma once

#include "frame.hpp"
#include "options.hpp"

#include <pier/socket/interfaces.hpp>
#include <pier/task.hpp>

#include <vector>

namespace send_frame {

// All of them, --count times; gives the exit status, after a sentence where it is not 0. Ends early when it is
// cancelled. Both arguments outlive it. `interface` is null for --raw.
[[nodiscard]] pier::Task<int> send_all(const Options& options, const pier::Interface* interface,
                                       const std::vector<Frame>& frames);

}  // namespace send_frame
