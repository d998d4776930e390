// The command line of pier-send-frame.
#pragma once

#include <pier/cli/client_options.hpp>
#include <pier/loop.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace send_frame {

struct Options {
    const pier::EngineInfo* engine = nullptr;
    std::string words;                // the description, unless it is in a file
    std::optional<std::string> file;  // "-" is stdin
    std::optional<std::string> interface;
    std::optional<std::string> capture;  // where frames are written to, instead of being sent; "-" is stdout
    bool dry_run = false;
    bool raw = false;  // packets of IP, by a raw socket
    bool quiet = false;
    std::uint64_t count = 1;
    pier::Duration interval{};
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace send_frame
