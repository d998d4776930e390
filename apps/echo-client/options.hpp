// The command line of pier-echo-client.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/loop.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace echo_client {

inline constexpr std::string_view program = "pier-echo-client";

struct Options {
    const pier::EngineInfo* engine = nullptr;
    pier::Endpoint server;
    std::string message;       // empty: a pattern of `bytes`
    std::uint64_t bytes = 64;  // of each message
    std::uint64_t count = 1;   // messages of each connection
    std::uint64_t connections = 1;
    pier::Duration timeout{};  // for each wait
};

// Either the options, or the exit status after everything has been said.
struct ParsedOptions {
    std::optional<Options> options;
    int status = 0;
};
[[nodiscard]] ParsedOptions parse_options(int argc, char** argv);

}  // namespace echo_client
