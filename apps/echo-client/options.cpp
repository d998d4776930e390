#include "options.hpp"

#include "packet.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

namespace echo_client {
namespace {

void add_udp(pier::CommandLine& app, Options& options) {
    constexpr const char* group = "UDP";
    const pier::CommandOption udp =
        app.add_flag("--udp", options.udp, "datagrams, by a socket that is connected to the server");
    udp.group(group);
    app.add_flag("--unconnected", options.unconnected,
                 "by a socket without a peer, which looks itself at who has sent what comes")
        .group(group)
        .needs(udp);
    app.add_option("--resend", options.resend,
                   "how often a datagram is sent again whose answer has not come within --timeout (default 0)")
        .shown_as("N")
        .group(group)
        .range(std::uint64_t{0}, std::uint64_t{1000})
        .needs(udp);
    app.add_option("--max-lost", options.most_lost,
                   "answers that may be lost all the same, and are only counted; one more ends the run (default 0)")
        .shown_as("N")
        .group(group)
        .range(std::uint64_t{0}, std::uint64_t{1} << 20)
        .needs(udp);
}

// What UDP does not have. Empty when all is well.
std::string fault_of_udp(const Options& options) {
    if (!options.udp) return {};
    if (const auto& literal = options.server.literal(); literal && literal->is_unix()) {
        return "--udp: " + literal->to_string() + " is no address of UDP";
    }
    if (options.bytes > Packets::longest) return "--udp: a datagram has up to 65507 bytes";
    if (options.message.empty() && options.bytes < Packets::header) {
        return "--udp: --bytes is at least 16, which say whose datagram it is, and which one";
    }
    // Its echoes could not be told apart.
    if (!options.message.empty() && options.count > 1) return "--udp: a text has no number, so it is sent once";
    return {};
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app{"Sends messages to an echo server, by TCP or UDP, and checks every byte that comes back.",
                          std::string(program)};
    Options options;
    pier::ClientOptions client({.group = "Connections",
                                .address = "127.0.0.1:7000",
                                .timeout_of = "how long each connect, send and receive may take, not the whole run",
                                .seconds = 10});
    client.add_to(app);
    app.add_option("--connections", options.connections,
                   "connections, all at once; one after the other on an engine that blocks (default 1)")
        .shown_as("N")
        .group("Connections")
        .range(std::uint64_t{1}, std::uint64_t{1} << 20);
    const pier::CommandOption message =
        app.add_option("--message", options.message, "a text to send; its echo is printed")
            .shown_as("TEXT")
            .group("Messages");
    app.add_option("--bytes", options.bytes, "of each message, such as 1500, 64K or 8M (default 64)")
        .shown_as("SIZE")
        .group("Messages")
        .with_size_unit()
        .range(std::uint64_t{1}, std::uint64_t{1} << 40)
        .excludes(message);
    app.add_option("--count", options.count, "messages of each connection, one after the other (default 1)")
        .shown_as("N")
        .group("Messages")
        .range(std::uint64_t{1}, std::uint64_t{1} << 40);
    add_udp(app, options);
    client.add_engine_to(app);
    pier::add_examples(
        app, {{"pier-echo-client", "one message of 64 bytes to a server on this machine"},
              {"pier-echo-client --message hello", "prints the echo"},
              {"pier-echo-client --connect unix:/tmp/echo", "over a Unix-domain socket"},
              {"pier-echo-client --connections 100 --count 1000 --bytes 128", "how fast it goes with many at once"},
              {"pier-echo-client --udp --count 1000 --timeout 0.5 --resend 3 --max-lost 10",
               "datagrams, of which some may be lost"}});

    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = client.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    static_cast<pier::ClientOptions::Chosen&>(options) = *chosen;
    if (message.count() > 0) {
        if (options.message.empty()) {
            pier::say(program, "--message: an empty message has no echo; see --help");
            return std::unexpected(2);
        }
        options.bytes = options.message.size();
    }
    if (const std::string fault = fault_of_udp(options); !fault.empty()) {
        pier::say(program, fault + "; see --help");
        return std::unexpected(2);
    }
    return options;
}

}  // namespace echo_client
