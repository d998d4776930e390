// The command line of pier-file-client.
#pragma once

#include <pier/cli/client_options.hpp>

#include <string>
#include <vector>

namespace file_client {

struct Options : pier::ClientOptions::Chosen {
    std::vector<std::string> names;  // names of the protocol
    std::string output;              // a folder
    bool list = false;
    bool json = false;
    bool all = false;
    bool force = false;
    bool skip_existing = false;
    bool verify = true;
    bool progress = false;
    bool quiet = false;
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace file_client
