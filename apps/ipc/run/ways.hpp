// Both ends of a kind, by Pier or by bare system calls.
#pragma once

#include "kind.hpp"

namespace ipc {

// Whether there are bare system calls to compare the kind with.
[[nodiscard]] bool has_raw(const Kind& kind);
[[nodiscard]] OrFault<std::unique_ptr<Host>> make_host(const Kind& kind, Way way);
[[nodiscard]] pier::Task<OpenedSide> join(const Kind& kind, Way way, std::vector<std::string> words);

}  // namespace ipc
