// The command line of pier-netcalc.
#pragma once

#include <pier/cli/client_options.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace netcalc {

enum class Command : std::uint8_t { show, split, merge, range, contains };

struct Options {
    Command command = Command::show;
    std::vector<std::string> words;  // addresses and prefixes, as they were typed
    std::string length;              // of `split`
    std::size_t most = 64;           // prefixes of a split that are shown
    bool json = false;               // for programs
    bool historical = false;         // as inet_aton reads them
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace netcalc
