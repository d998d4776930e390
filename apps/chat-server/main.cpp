// A chat room over UDP and TCP.
#include "room.hpp"
#include "serve_clients.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/program.hpp>
#include <pier/server/serve.hpp>

#include <chrono>
#include <cmath>
#include <optional>
#include <string>

namespace {

constexpr std::string_view program = "pier-chat-server";

struct Words {
    double seconds = 30;
    std::size_t most_clients = 256;
    std::uint16_t burst = 20;
    std::uint16_t rate = 10;
};

void add_options(pier::CommandLine& app, Words& words) {
    app.add_option("--timeout", words.seconds, "who is silent for so long is gone (default 30)")
        .shown_as("SECONDS")
        .group("Chat")
        .range(0.2, 86400.0);
    app.add_option("--max-clients", words.most_clients, "people in the room; more are refused (default 256)")
        .shown_as("N")
        .group("Chat")
        .range(std::size_t{1}, std::size_t{4096});
    app.add_option("--burst", words.burst, "lines that a client may send at once (default 20)")
        .shown_as("N")
        .group("Chat")
        .range(std::uint16_t{1}, std::uint16_t{10000});
    app.add_option("--rate", words.rate, "lines that a client may send a second, later (default 10)")
        .shown_as("N")
        .group("Chat")
        .range(std::uint16_t{1}, std::uint16_t{10000});
}

chat_server::RoomOptions options_of(const Words& words) {
    const double seconds = std::isnan(words.seconds) ? 30 : words.seconds;
    return {.timeout = std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(seconds)),
            .most_clients = words.most_clients,
            .burst = words.burst,
            .rate = words.rate};
}

}  // namespace

int main(int argc, char** argv) {
    Words words;
    // Made by the first handler, when the options are known.
    std::optional<chat_server::Room> made;
    const auto room = [&]() -> chat_server::Room& { return made ? *made : made.emplace(options_of(words)); };
    const int status = pier::serve(
        argc, argv,
        {.name = program,
         .handler = [&](pier::Stream stream) { return chat_server::serve_stream(room(), std::move(stream)); },
         .datagrams = [&](pier::Datagram socket) { return chat_server::serve_datagrams(room(), std::move(socket)); },
         .summary = "A chat room: nicknames, private lines, lost lines that are shown, over UDP and TCP at once.",
         .port = 7001,
         .most_connections = 512,
         .one_loop = true,
         .options = [&](pier::CommandLine& app) { add_options(app, words); }});
    if (made && made->noise() > 0) {
        const std::string count = std::to_string(made->noise());
        pier::say(program, made->noise() == 1 ? "1 packet was none of this chat's, and was dropped"
                                              : count + " packets were none of this chat's, and were dropped");
    }
    return status;
}
