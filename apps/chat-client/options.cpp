#include "options.hpp"

#include <pier/chat/name.hpp>
#include <pier/chat/token.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cmath>
#include <utility>

namespace chat_client {
namespace {

// For whoever has not chosen one.
std::string guest_name() {
    const std::string number = std::to_string(pier::chat::random_token().value_or(0) % 10000);
    std::string name("guest-");
    return name.append(4 - number.size(), '0').append(number);
}

}  // namespace

ParsedOptions parse_options(int argc, char** argv) {
    CLI::App app{"Talks in a room of pier-chat-server: lines from the keyboard, or from a pipe.", std::string(program)};
    Options options;
    std::optional<std::string> engine;
    std::string address = "127.0.0.1:7001";
    bool list = false;
    double seconds = 5;
    app.add_option("--connect", address, "the server, [::1]:7001 for IPv6 (default " + address + ")")
        ->option_text("ADDRESS:PORT")
        ->group("Chat");
    app.add_option("--name", options.name,
                   "what you are called: " + std::string(pier::chat::name_rule) + " (default guest- and a number)")
        ->option_text("NAME")
        ->group("Chat");
    app.add_flag("--tcp", options.tcp, "talk over TCP instead of UDP")->group("Chat");
    app.add_option("--timeout", seconds, "how long the server may take to answer at first (default 5)")
        ->option_text("SECONDS")
        ->group("Chat")
        ->check(CLI::Range(0.1, 3600.0));
    app.add_option("--engine", engine, "the way to wait for sockets (default the best one of this system)")
        ->option_text("NAME")
        ->group("Engine");
    app.add_flag("--list-engines", list, "list the engines of this build and what each is, then exit")->group("Engine");
    pier::add_examples(app, {{"pier-chat-client --name bob", "talks on this machine, until /quit or Ctrl-D"},
                             {"pier-chat-client --tcp --name bob", "the same room, by a connection"},
                             {"pier-chat-client --name clock --timeout 1", "gives up soon when there is no server"}});

    const ParsedOptions wrong{.options = std::nullopt, .status = 2};
    if (auto status = pier::parse_command_line(app, argc, argv)) return {.options = std::nullopt, .status = *status};
    if (list) return {.options = std::nullopt, .status = pier::print(program, pier::list_engines()) ? 0 : 1};
    if (std::isnan(seconds)) {  // which is in no range, and out of none
        pier::say(program, "--timeout: not a number; see --help");
        return wrong;
    }
    if (app.count("--name") == 0) options.name = guest_name();
    if (!pier::chat::is_name(options.name)) {
        pier::say(program, "--name: \"" + options.name + "\" is no name here: " + std::string(pier::chat::name_rule));
        return wrong;
    }
    options.engine = pier::choose_engine(program, engine);
    if (options.engine == nullptr) return wrong;
    auto servers = pier::parse_endpoints(program, {address});
    if (!servers) return wrong;
    options.server = servers->front();
    options.patience = std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(seconds));
    return {.options = std::move(options), .status = 0};
}

}  // namespace chat_client
