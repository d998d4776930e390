#include "options.hpp"

#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <CLI/CLI.hpp>

namespace echo_client {

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    CLI::App app{"Sends messages to an echo server and checks every byte that comes back.", std::string(program)};
    Options options;
    pier::ClientOptions client({.group = "Connections",
                                .address = "127.0.0.1:7000",
                                .timeout_of = "how long each connect, send and receive may take, not the whole run",
                                .seconds = 10});
    client.add_to(app);
    app.add_option("--connections", options.connections,
                   "connections, all at once; one after the other on an engine that blocks (default 1)")
        ->option_text("N")
        ->group("Connections")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 20));
    auto* message = app.add_option("--message", options.message, "a text to send; its echo is printed")
                        ->option_text("TEXT")
                        ->group("Messages");
    app.add_option("--bytes", options.bytes, "of each message, such as 1500, 64K or 8M (default 64)")
        ->option_text("SIZE")
        ->group("Messages")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
        ->excludes(message);
    app.add_option("--count", options.count, "messages of each connection, one after the other (default 1)")
        ->option_text("N")
        ->group("Messages")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40));
    client.add_engine_to(app);
    pier::add_examples(
        app, {{"pier-echo-client", "one message of 64 bytes to a server on this machine"},
              {"pier-echo-client --message hello", "prints the echo"},
              {"pier-echo-client --connect unix:/tmp/echo", "over a Unix-domain socket"},
              {"pier-echo-client --connections 100 --count 1000 --bytes 128", "how fast it goes with many at once"}});

    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = client.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    static_cast<pier::ClientOptions::Chosen&>(options) = *chosen;
    if (message->count() > 0) {
        if (options.message.empty()) {
            pier::say(program, "--message: an empty message has no echo; see --help");
            return std::unexpected(2);
        }
        options.bytes = options.message.size();
    }
    return options;
}

}  // namespace echo_client
