// The command line of pier-interfaces.
#pragma once

#include <pier/cli/client_options.hpp>
#include <pier/endpoint.hpp>

#include <string>
#include <vector>

namespace interfaces {

struct Options {
    std::vector<std::string> names;                   // of interfaces, as they were typed; empty for all of them
    pier::Family family = pier::Family::unspecified;  // of the addresses that are shown
    bool up = false;                                  // interfaces that are up alone
    bool json = false;                                // for programs
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace interfaces
