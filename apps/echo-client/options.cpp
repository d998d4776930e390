#include "options.hpp"

#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <CLI/CLI.hpp>

#include <cmath>

namespace echo_client {

ParsedOptions parse_options(int argc, char** argv) {
    CLI::App app{"Sends messages to an echo server and checks every byte that comes back.", std::string(program)};
    Options options;
    std::optional<std::string> engine;
    std::string address = "127.0.0.1:7000";
    bool list = false;
    double seconds = 10;
    app.add_option("--connect", address,
                   "the server, [::1]:7000 for IPv6, unix:/path for a Unix-domain socket (default " + address + ")")
        ->option_text("ADDRESS:PORT")
        ->group("Connections");
    app.add_option("--connections", options.connections,
                   "connections, all at once; one after the other on an engine that blocks (default 1)")
        ->option_text("N")
        ->group("Connections")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 20));
    app.add_option("--timeout", seconds,
                   "how long each connect, send and receive may take, not the whole run (default 10)")
        ->option_text("SECONDS")
        ->group("Connections")
        ->check(CLI::Range(0.001, 1e6));
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
    app.add_option("--engine", engine, "the way to wait for sockets (default the best one of this system)")
        ->option_text("NAME")
        ->group("Engine");
    app.add_flag("--list-engines", list, "list the engines of this build and what each is, then exit")->group("Engine");
    pier::add_examples(
        app, {{"pier-echo-client", "one message of 64 bytes to a server on this machine"},
              {"pier-echo-client --message hello", "prints the echo"},
              {"pier-echo-client --connections 100 --count 1000 --bytes 128", "how fast it goes with many at once"}});

    if (auto status = pier::parse_command_line(app, argc, argv)) return {.options = std::nullopt, .status = *status};
    if (list) {
        return {.options = std::nullopt, .status = pier::print(program, pier::list_engines()) ? 0 : 1};
    }
    if (std::isnan(seconds)) {  // which is in no range, and out of none
        pier::say(program, "--timeout: not a number; see --help");
        return {.options = std::nullopt, .status = 2};
    }
    options.engine = pier::choose_engine(program, engine);
    if (options.engine == nullptr) return {.options = std::nullopt, .status = 2};
    auto servers = pier::parse_endpoints(program, {address});
    if (!servers) return {.options = std::nullopt, .status = 2};
    options.server = servers->front();
    if (message->count() > 0) {
        if (options.message.empty()) {
            pier::say(program, "--message: an empty message has no echo; see --help");
            return {.options = std::nullopt, .status = 2};
        }
        options.bytes = options.message.size();
    }
    options.timeout = std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(seconds));
    return {.options = std::move(options), .status = 0};
}

}  // namespace echo_client
