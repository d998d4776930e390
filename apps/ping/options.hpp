// The command line of pier-ping.
#pragma once

#include <pier/cli/client_options.hpp>
#include <pier/loop.hpp>
#include <pier/raw.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ping {

// What a trace sends.
enum class Method : std::uint8_t { udp, icmp };

struct Options {
    const pier::EngineInfo* engine = nullptr;
    std::vector<std::string> hosts;
    pier::Family family = pier::Family::unspecified;
    std::uint64_t count = 0;  // 0: until interrupted
    pier::Duration interval{};
    std::size_t size = 56;  // of the payload, in bytes
    std::optional<int> hop_limit;
    std::optional<pier::Duration> patience;  // with an answer; nothing: by what the round trips have been
    std::optional<pier::Duration> deadline;  // of it all
    std::optional<pier::Endpoint> source;
    bool quiet = false;
    bool flood = false;
    bool json = false;
    bool trace = false;
    Method method = Method::udp;
    std::size_t most_hops = 30;
    std::size_t probes = 3;  // for each hop
    bool numeric = false;
};

[[nodiscard]] pier::OrStatus<Options> parse_options(int argc, char** argv);

}  // namespace ping
