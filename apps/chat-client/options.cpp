#include "options.hpp"

#include <pier/chat/name.hpp>
#include <pier/chat/token.hpp>
#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

namespace chat_client {
namespace {

// For whoever has not chosen one.
std::string guest_name() {
    const std::string number = std::to_string(pier::chat::random_token().value_or(0) % 10000);
    std::string name("guest-");
    return name.append(4 - number.size(), '0').append(number);
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app{"Talks in a room of pier-chat-server: lines from the keyboard, or from a pipe.",
                          std::string(program)};
    Options options;
    pier::ClientOptions client({.group = "Chat",
                                .address = "127.0.0.1:7001",
                                .timeout_of = "how long the server may take to answer at first",
                                .seconds = 5});
    client.add_to(app);
    app.add_option("--name", options.name,
                   "what you are called: " + std::string(pier::chat::name_rule) + " (default guest- and a number)")
        .shown_as("NAME")
        .group("Chat");
    app.add_flag("--tcp", options.tcp, "talk over TCP instead of UDP").group("Chat");
    client.add_engine_to(app);
    pier::add_examples(app, {{"pier-chat-client --name bob", "talks on this machine, until /quit or Ctrl-D"},
                             {"pier-chat-client --tcp --name bob", "the same room, by a connection"},
                             {"pier-chat-client --name clock --timeout 1", "gives up soon when there is no server"}});

    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = client.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    static_cast<pier::ClientOptions::Chosen&>(options) = *chosen;
    if (app.count("--name") == 0) options.name = guest_name();
    if (!pier::chat::is_name(options.name)) {
        pier::say(program, "--name: \"" + options.name + "\" is no name here: " + std::string(pier::chat::name_rule));
        return std::unexpected(2);
    }
    return options;
}

}  // namespace chat_client
