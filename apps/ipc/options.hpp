// The command line of pier-ipc.
#pragma once

#include "kind.hpp"

#include <pier/cli/client_options.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ipc {

struct Options {
    const pier::EngineInfo* engine = nullptr;
    std::vector<const Kind*> kinds;
    bool clean = false;
    bool raw = false;                    // beside what bare system calls do
    bool json = false;                   // for programs
    bool list = false;                   // of `clean`: remove nothing
    std::string prefix;                  // of `clean`: of the names that it looks at
    pier::Duration each{};               // how long each number is measured
    pier::Duration busy_poll{};          // Loop::set_busy_poll() of both processes
    std::optional<std::uint64_t> count;  // or of how many messages
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace ipc
