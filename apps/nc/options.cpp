#include "options.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <chrono>
#include <cmath>
#include <utility>

namespace nc {
namespace {

constexpr const char* about =
    "Carries standard input to a connection and what comes back to standard output: TCP, UDP and Unix-domain sockets, "
    "connecting and listening, and scans for open ports. "
    "Exit status 0: it went well (of a scan: a port is open); 1: it did not, which is said; 2: wrong usage; 130: it "
    "was interrupted.";

constexpr std::uint64_t usual_at_once = 64;
constexpr std::uint64_t most_at_once = 1024;

// What is not checked as an option by itself.
struct Words {
    std::string host;
    std::vector<std::string> ports;
    bool listen = false;
    bool scan = false;
    bool ipv4 = false;
    bool ipv6 = false;
    double patience = 0;
    double quit = -1;
    std::string source_port;
    std::uint64_t at_once = usual_at_once;
};

void add_ways(pier::CommandLine& app, Options& options, Words& words) {
    constexpr const char* group = "What it does";
    const pier::CommandOption listen =
        app.add_flag("-l,--listen", words.listen, "wait for a connection instead of making one").group(group);
    app.add_flag("-k,--keep-open", options.keep, "with -l: when a client has gone, wait for the next one")
        .group(group)
        .needs(listen);
    app.add_flag("-z,--scan", words.scan, "send nothing, only see which ports are open; -v says which")
        .group(group)
        .excludes(listen);
    app.add_option("--at-once", words.at_once, "ports that a scan tries at a time (default 64)")
        .shown_as("N")
        .group(group)
        .range(std::uint64_t{1}, most_at_once);
    app.add_flag("-u,--udp", options.datagrams, "datagrams: each read of standard input becomes one").group(group);
    app.add_flag("-U,--unix", options.unix_domain, "a Unix-domain socket: HOST is its path, or @NAME on Linux")
        .group(group);
}

void add_addresses(pier::CommandLine& app, Options& options, Words& words) {
    constexpr const char* group = "Addresses";
    const pier::CommandOption ipv4 = app.add_flag("-4,--ipv4", words.ipv4, "IPv4 alone").group(group);
    app.add_flag("-6,--ipv6", words.ipv6, "IPv6 alone").group(group).excludes(ipv4);
    app.add_flag("-n,--numeric", options.numeric, "no names of hosts: addresses alone").group(group);
    app.add_option("-s,--source", options.source, "connect from this address; with -l, listen on it")
        .shown_as("ADDRESS")
        .group(group);
    app.add_option("-p,--source-port", words.source_port, "connect from this port; with -l, listen on it")
        .shown_as("PORT")
        .group(group);
}

void add_ends(pier::CommandLine& app, Options& options, Words& words) {
    constexpr const char* group = "Beginning and end";
    app.add_option("-w,--wait", words.patience,
                   "give up a connect after so long, and end when nothing has come or gone for so long (default never)")
        .shown_as("SECONDS")
        .group(group)
        .range(0.001, 1e6);
    app.add_flag("-N,--shutdown", options.finish, "tell the other end when standard input has ended").group(group);
    app.add_option("-q,--quit", words.quit,
                   "like -N, and end so long after the end of standard input; below zero: never (default)")
        .shown_as("SECONDS")
        .group(group)
        .range(-1e6, 1e6);
    app.add_flag("-d,--no-stdin", options.no_input, "do not read standard input").group(group);
    app.add_flag("-v,--verbose", options.verbose, "say on standard error what happens").group(group);
}

// What only some combinations may have. Nothing when all is well.
std::string_view contradiction(const Options& options, const Words& words) {
    if (std::isnan(words.patience)) return "--wait: not a number";
    if (std::isnan(words.quit)) return "--quit: not a number";
    if (!options.unix_domain) return {};
    if (options.host.empty()) return "with -U, say the path of the socket";
    if (!words.ports.empty() || !words.source_port.empty()) return "a Unix-domain socket has no port";
    if (words.ipv4 || words.ipv6) return "a Unix-domain socket is neither of IPv4 nor of IPv6";
    const bool may_have_source = options.datagrams && options.mode != Mode::listen;
    if (!options.source.empty() && !may_have_source) return "-s is for addresses, and for -u -U that connects";
    return {};
}

// Which word is the host, and which are ports. With -l both may be left out, since -s and -p name them, too.
pier::OrStatus<void> set_addresses(Options& options, Words& words) {
    options.host = words.host;
    if (options.unix_domain) return {};
    const bool listens = options.mode == Mode::listen;
    if (listens && words.ports.empty() && words.source_port.empty()) {
        if (!words.host.empty()) words.ports.push_back(std::exchange(options.host, {}));
    }
    if (listens && !words.source_port.empty()) {
        if (!words.ports.empty())
            return pier::refuse_usage(program, "-p and a port behind the host are the same: say one of them");
        words.ports.push_back(std::exchange(words.source_port, {}));
    }
    if (listens && !options.source.empty()) {
        if (!options.host.empty())
            return pier::refuse_usage(program, "-s and a host are the same with -l: say one of them");
        options.host = std::exchange(options.source, {});
    }
    if (words.ports.empty())
        return pier::refuse_usage(program, listens ? "say the port to listen on" : "say a host and a port");
    for (const std::string& word : words.ports) {
        auto ports = parse_ports(word, listens ? 0 : 1);
        if (!ports) return pier::refuse_usage(program, ports.error());
        options.ports.push_back(std::move(*ports));
    }
    const bool is_one = options.ports.size() == 1 && options.ports.front().first == options.ports.front().last;
    if (listens && !is_one) return pier::refuse_usage(program, "one port can be listened on, not several");
    if (words.source_port.empty()) return {};
    const auto port = parse_ports(words.source_port, 1);
    if (!port) return pier::refuse_usage(program, "--source-port: " + port.error());
    if (port->first != port->last || !port->service.empty())
        return pier::refuse_usage(program, "--source-port: one number is wanted");
    options.source_port = port->first;
    return {};
}

pier::Duration duration(double seconds) {
    return std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app{about, std::string(program)};
    app.refuse_slash_options();  // which would take a path for an option
    Options options;
    Words words;
    pier::EngineOption engine;
    app.add_option("host", words.host, "a name or an address; with -l, an address of this machine (default any IPv4)")
        .shown_as("HOST");
    app.add_option("port", words.ports, "a number, a range such as 20-30, or a service's name such as http")
        .shown_as("PORT...");
    add_ways(app, options, words);
    add_addresses(app, options, words);
    add_ends(app, options, words);
    engine.add_to(app);
    pier::add_examples(app,
                       {{"pier-nc -v localhost http", "talks to a server by hand"},
                        {"pier-nc -N 127.0.0.1 7000 <file.in", "sends a file, and ends when the other end does"},
                        {"pier-nc -l 127.0.0.1 7000 >file.out", "receives it"},
                        {"pier-nc -zv -w 1 127.0.0.1 20-30 http", "which of these ports are open"},
                        {"pier-nc -u -q 1 127.0.0.1 7000", "sends datagrams, and waits a second for answers"},
                        {"pier-nc -lkU /tmp/socket", "serves one client after the other on a Unix-domain socket"}});

    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = engine.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    options.engine = *chosen;
    if (words.listen) options.mode = Mode::listen;
    if (words.scan) options.mode = Mode::scan;
    if (auto set = set_addresses(options, words); !set) return std::unexpected(set.error());
    if (const std::string_view wrong = contradiction(options, words); !wrong.empty())
        return pier::refuse_usage(program, wrong);
    if (words.ipv4) options.family = pier::Family::ipv4;
    if (words.ipv6) options.family = pier::Family::ipv6;
    if (words.patience > 0) options.patience = duration(words.patience);
    if (words.quit >= 0) {
        options.quit = duration(words.quit);
        options.finish = true;
    }
    options.at_once = options.engine->one_at_a_time ? 1 : words.at_once;
    return options;
}

}  // namespace nc
