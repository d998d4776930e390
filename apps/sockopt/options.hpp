// The command line of pier-sockopt.
#pragma once

#include <pier/cli/client_options.hpp>
#include <pier/endpoint.hpp>
#include <pier/spi/socket.hpp>

#include <string>
#include <vector>

namespace sockopt {

struct Options {
    pier::spi::SocketKind kind = pier::spi::SocketKind::stream;
    pier::Family family = pier::Family::ipv4;
    bool json = false;
    std::vector<std::string> words;  // NAME and NAME=VALUE, as they were typed
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace sockopt
