#include "options.hpp"

#include "program.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <chrono>
#include <cmath>

namespace ping {
namespace {

constexpr const char* about =
    "Sends ICMP echo requests to hosts, and shows their answers and how long they took. Exit status 0: each host has "
    "answered; 1: one has not; 2: wrong usage, an unknown host, or nothing could be sent.";

// 65,535 bytes of IPv4 without its header and ICMP's.
constexpr std::size_t most_bytes = 65507;
constexpr std::size_t most_hosts = 64;

struct Words {
    bool ipv4 = false;
    bool ipv6 = false;
    double interval = 1;
    double patience = 0;
    double deadline = 0;
    int hop_limit = 0;
    std::string source;
    std::string method = "udp";
};

pier::Duration seconds(double count) {
    return std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(count));
}

void add_requests(pier::CommandLine& app, Options& options, Words& words) {
    constexpr const char* group = "Requests";
    app.add_option("host", options.hosts, "a name or an address; several are asked at the same time")
        .shown_as("HOST...")
        .required();
    const pier::CommandOption ipv4 = app.add_flag("-4,--ipv4", words.ipv4, "IPv4 alone").group(group);
    app.add_flag("-6,--ipv6", words.ipv6, "IPv6 alone").group(group).excludes(ipv4);
    app.add_option("-c,--count", options.count, "requests to each host (default: until interrupted)")
        .shown_as("N")
        .group(group)
        .range(std::uint64_t{1}, std::uint64_t{1} << 40);
    const pier::CommandOption interval =
        app.add_option("-i,--interval", words.interval,
                       "between two requests (default 1); below 0.2 takes the privilege of raw sockets")
            .shown_as("SECONDS")
            .group(group)
            .range(0.0, 1e6);
    app.add_flag("-f,--flood", options.flood,
                 "the next request as soon as an answer has come, or 100 a second; takes the same privilege")
        .group(group)
        .excludes(interval);
    app.add_option("-s,--size", options.size, "bytes of each request behind the header of ICMP (default 56)")
        .shown_as("N")
        .group(group)
        .range(std::size_t{0}, most_bytes);
    app.add_option("-t,--ttl", words.hop_limit, "routers that a request may pass (default: the system's)")
        .shown_as("N")
        .group(group)
        .range(1, 255);
    app.add_option("-I,--source", words.source, "the address of this machine that requests leave from")
        .shown_as("ADDRESS")
        .group(group);
}

void add_ends(pier::CommandLine& app, Words& words) {
    constexpr const char* group = "Time";
    app.add_option(
           "-W,--timeout", words.patience,
           "how long an answer is waited for (default: 10 until one has come, then twice the longest round trip)")
        .shown_as("SECONDS")
        .group(group)
        .range(0.001, 1e6);
    app.add_option("-w,--deadline", words.deadline, "end after so long, whatever has come")
        .shown_as("SECONDS")
        .group(group)
        .range(0.001, 1e6);
}

void add_trace(pier::CommandLine& app, Options& options, Words& words) {
    constexpr const char* group = "The way to a host";
    const pier::CommandOption trace =
        app.add_flag("--trace", options.trace, "show the routers on the way to one host, as traceroute does")
            .group(group);
    app.add_option("--method", words.method, "what probes are: udp (the default) or icmp")
        .shown_as("NAME")
        .group(group)
        .one_of({"udp", "icmp"})
        .needs(trace);
    app.add_option("-m,--max-hops", options.most_hops, "hops at most (default 30)")
        .shown_as("N")
        .group(group)
        .range(std::size_t{1}, std::size_t{255})
        .needs(trace);
    app.add_option("--probes", options.probes, "probes for each hop (default 3)")
        .shown_as("N")
        .group(group)
        .range(std::size_t{1}, std::size_t{10})
        .needs(trace);
    app.add_flag("-n,--numeric", options.numeric, "addresses of routers alone, no names").group(group).needs(trace);
    for (const char* other : {"--count", "--interval", "--flood", "--size", "--ttl", "--deadline"}) {
        trace.excludes(app.option(other));
    }
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app(about, std::string(program));
    app.refuse_slash_options();
    Options options;
    Words words;
    pier::EngineOption engine;
    add_requests(app, options, words);
    add_ends(app, words);
    add_trace(app, options, words);
    app.add_flag("-q,--quiet", options.quiet, "print the statistics alone").group("Output");
    app.add_flag("--json", options.json, "print JSON, an object a line").group("Output");
    engine.add_to(app);
    pier::add_examples(app, {{"pier-ping -c 3 127.0.0.1", "three requests, one a second"},
                             {"pier-ping -c 2 -i 0.2 127.0.0.1 ::1", "two hosts at the same time"},
                             {"pier-ping -c 1 --json localhost", "for other programs"}});
    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = engine.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    options.engine = *chosen;
    if (std::isnan(words.interval) || std::isnan(words.patience) || std::isnan(words.deadline)) {
        return pier::refuse_usage(program, "a number of seconds is no number");
    }
    if (options.trace && options.hosts.size() > 1) return pier::refuse_usage(program, "--trace takes one host");
    options.method = words.method == "icmp" ? Method::icmp : Method::udp;
    if (options.hosts.size() > most_hosts) return pier::refuse_usage(program, "at most 64 hosts");
    if (words.ipv4) options.family = pier::Family::ipv4;
    if (words.ipv6) options.family = pier::Family::ipv6;
    options.interval = options.flood ? pier::Duration{} : seconds(words.interval);
    if (words.hop_limit != 0) options.hop_limit = words.hop_limit;
    if (words.patience > 0) options.patience = seconds(words.patience);
    if (words.deadline > 0) options.deadline = seconds(words.deadline);
    if (words.source.empty()) return options;
    const auto source = pier::Endpoint::parse_address(words.source);
    if (!source) return pier::refuse_usage(program, "--source: \"" + words.source + "\": not an address");
    const pier::Family family = source->family();
    if (options.family != pier::Family::unspecified && options.family != family) {
        return pier::refuse_usage(program, "--source: \"" + words.source + "\": an address of the other family");
    }
    options.family = family;
    options.source = *source;
    return options;
}

}  // namespace ping
