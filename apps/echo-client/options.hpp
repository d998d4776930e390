// The command line of pier-echo-client.
#pragma once

#include <pier/cli/client_options.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace echo_client {

inline constexpr std::string_view program = "pier-echo-client";

struct Options : pier::ClientOptions::Chosen {  // `timeout` is for each wait
    std::vector<pier::Endpoint> addresses;      // of the server, when its name has been looked up
    std::string message;                        // empty: a pattern of `bytes`
    std::uint64_t bytes = 64;                   // of each message
    std::uint64_t count = 1;                    // messages of each connection
    std::uint64_t connections = 1;
    bool udp = false;
    bool unconnected = false;     // a UDP socket without a peer, which checks itself who has sent what it receives
    std::uint64_t resend = 0;     // how often a datagram without an answer is sent again
    std::uint64_t most_lost = 0;  // answers of the run that may be lost, and are only counted
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace echo_client
