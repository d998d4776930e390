// The command line of pier-chat-client.
#pragma once

#include <pier/cli/client_options.hpp>

#include <string>
#include <string_view>

namespace chat_client {

inline constexpr std::string_view program = "pier-chat-client";

struct Options : pier::ClientOptions::Chosen {  // `timeout` is for the server's answer to the join
    std::string name;
    bool tcp = false;
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace chat_client
