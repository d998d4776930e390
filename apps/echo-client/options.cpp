#include "options.hpp"

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
    app.add_option("--engine", engine, "I/O engine by name; without it the best one of the system");
    app.add_flag("--list-engines", list, "list the engines of this build and what each is, then exit");
    app.add_option("--connect", address, "ADDRESS:PORT of the server, [::1]:7000 for IPv6 (default " + address + ")");
    auto* message = app.add_option("--message", options.message, "TEXT to send; its echo is printed");
    app.add_option("--bytes", options.bytes, "size of each message, with suffixes as in 64K or 8M (default 64)")
        ->transform(CLI::AsSizeValue(false))
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
        ->excludes(message);
    app.add_option("--count", options.count, "messages of each connection, one after the other (default 1)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40));
    app.add_option("--connections", options.connections,
                   "connections, all at once; one after the other on an engine that blocks (default 1)")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 20));
    app.add_option("--timeout", seconds,
                   "SECONDS that each connect, send and receive may take, not the whole run (default 10)")
        ->check(CLI::Range(0.001, 1e6));

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
