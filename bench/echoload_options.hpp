// echoload's command line.
#pragma once

#include <arpa/inet.h>
#include <getopt.h>
#include <netinet/in.h>
#include <sys/types.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/arguments.hpp"

namespace echoload {

inline constexpr const char* usage =
    "echoload --port N [option...]\n"
    "  --address A         a loopback address (127.0.0.1)\n"
    "  --mode M            pingpong: DEPTH messages in flight per connection\n"
    "                      stream:   the same, reported in MB/s\n"
    "                      churn:    connect, one message, its echo, reset, again\n"
    "                      idle:     open the connections and hold them\n"
    "  --connections N     (1)\n"
    "  --bytes N           of a message (64); 0 with idle: connect only\n"
    "  --depth N           (1)\n"
    "  --seconds S         the measured window, or the limit with --messages (3; with --messages 60)\n"
    "  --warmup S          of traffic before the window (0.3)\n"
    "  --messages N        exactly so many messages after one on each connection, instead of a window\n"
    "  --pids N[,N...]     processes whose CPU time and memory are sampled\n"
    "  --spin              poll without sleeping, which takes our own wake-up out of the latency\n"
    "exit status: 0 good; 1 usage or system; 2 wrong data; 3 a connection failed or starved; 4 the tail was lost";

enum class Mode { pingpong, stream, churn, idle };

struct Options {
    sockaddr_in server{};
    Mode mode = Mode::pingpong;
    std::string mode_name = "pingpong";
    std::size_t connections = 1;
    std::uint64_t bytes = 64;
    std::uint64_t depth = 1;
    std::optional<double> seconds;
    double warmup = 0.3;
    std::optional<std::uint64_t> messages;
    std::vector<pid_t> processes;
    bool spins = false;
};

[[noreturn]] inline void refuse(const char* option, const char* value) {
    std::fprintf(stderr, "echoload: bad value for %s: %s\n", option, value);
    std::exit(1);
}

template <class Number>
inline Number number(const char* option, const char* text, Number least, Number most) {
    const auto value = bench::parse<Number>(text);
    if (!value || !(*value >= least && *value <= most)) refuse(option, text);
    return *value;
}

inline Mode mode_of(const char* name) {
    constexpr std::array<std::pair<std::string_view, Mode>, 4> modes{
        {{"pingpong", Mode::pingpong}, {"stream", Mode::stream}, {"churn", Mode::churn}, {"idle", Mode::idle}}};
    const auto* found = std::ranges::find(modes, std::string_view(name), &std::pair<std::string_view, Mode>::first);
    if (found == modes.end()) refuse("--mode", name);
    return found->second;
}

inline std::vector<pid_t> processes_of(std::string_view list) {
    std::vector<pid_t> processes;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string word(list.substr(0, comma));
        processes.push_back(number<pid_t>("--pids", word.c_str(), 1, 1 << 30));
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return processes;
}

inline Options parse_options(int argc, char** argv) {
    enum Option { address = 1, port, mode, connections, bytes, depth, seconds, warmup, messages, pids, spin };
    const std::array<option, 12> known{{{"address", required_argument, nullptr, address},
                                        {"port", required_argument, nullptr, port},
                                        {"mode", required_argument, nullptr, mode},
                                        {"connections", required_argument, nullptr, connections},
                                        {"bytes", required_argument, nullptr, bytes},
                                        {"depth", required_argument, nullptr, depth},
                                        {"seconds", required_argument, nullptr, seconds},
                                        {"warmup", required_argument, nullptr, warmup},
                                        {"messages", required_argument, nullptr, messages},
                                        {"pids", required_argument, nullptr, pids},
                                        {"spin", no_argument, nullptr, spin},
                                        {}}};
    Options options;
    options.server.sin_family = AF_INET;
    options.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int found = 0; (found = ::getopt_long(argc, argv, "", known.data(), nullptr)) != -1;) {
        switch (found) {
            case address:
                if (::inet_pton(AF_INET, optarg, &options.server.sin_addr) != 1) refuse("--address", optarg);
                break;
            case port:
                options.server.sin_port = htons(number<std::uint16_t>("--port", optarg, 1, 65535));
                break;
            case mode:
                options.mode = mode_of(optarg);
                options.mode_name = optarg;
                break;
            case connections:
                options.connections = number<std::size_t>("--connections", optarg, 1, 1'000'000);
                break;
            case bytes:
                options.bytes = number<std::uint64_t>("--bytes", optarg, 0, 1 << 30);
                break;
            case depth:
                options.depth = number<std::uint64_t>("--depth", optarg, 1, 10'000);
                break;
            case seconds:
                options.seconds = number<double>("--seconds", optarg, 0, 600);
                break;
            case warmup:
                options.warmup = number<double>("--warmup", optarg, 0, 60);
                break;
            case messages:
                options.messages = number<std::uint64_t>("--messages", optarg, 0, 1'000'000'000);
                break;
            case pids:
                options.processes = processes_of(optarg);
                break;
            case spin:
                options.spins = true;
                break;
            default:
                bench::bad_usage(usage);
        }
    }
    if (optind != argc || options.server.sin_port == 0) bench::bad_usage(usage);
    if (ntohl(options.server.sin_addr.s_addr) >> 24 != IN_LOOPBACKNET) {
        std::fprintf(stderr, "echoload: only loopback addresses are loaded\n");
        std::exit(1);
    }
    if (options.bytes == 0 && options.mode != Mode::idle) refuse("--bytes", "0");
    if (options.messages && options.mode == Mode::idle) refuse("--messages", "not with idle");
    return options;
}

}  // namespace echoload
