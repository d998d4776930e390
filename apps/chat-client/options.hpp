// The command line of pier-chat-client.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/loop.hpp>
#include <pier/time.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace chat_client {

inline constexpr std::string_view program = "pier-chat-client";

struct Options {
    const pier::EngineInfo* engine = nullptr;
    pier::Endpoint server;
    std::string name;
    bool tcp = false;
    pier::Duration patience{};  // for the server's answer to the join
};

// Either the options, or the exit status after everything has been said.
struct ParsedOptions {
    std::optional<Options> options;
    int status = 0;
};
[[nodiscard]] ParsedOptions parse_options(int argc, char** argv);

}  // namespace chat_client
