#include "options.hpp"

#include "program.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

namespace sockopt {
namespace {

constexpr const char* about =
    "Shows the options of a socket on this system: what they are, what they mean, and whether they can be set. Sets "
    "them, and shows what the system made of it. The socket is the program's own; none of another program is touched. "
    "Exit status 0: all was done; 1: the system refused something, or has it not; 2: wrong usage.";

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app{about, std::string(program)};
    app.refuse_slash_options();
    Options options;
    bool udp = false;
    bool ipv6 = false;
    bool listener = false;
    app.add_option("option", options.words, "an option to show, or to set; without any, all are shown")
        .shown_as("NAME|NAME=VALUE...");
    app.add_flag("--udp", udp, "a datagram socket instead of a stream").group("Socket");
    app.add_flag("--listener", listener, "a socket that listens, on loopback and a free port").group("Socket");
    app.add_flag("--ipv6", ipv6, "of IPv6 instead of IPv4").group("Socket");
    app.add_flag("--json", options.json, "print JSON").group("Output");
    pier::add_examples(app, {{"pier-sockopt", "all options of a TCP socket"},
                             {"pier-sockopt --udp --ipv6", "those of a datagram socket of IPv6"},
                             {"pier-sockopt keep_alive=on keep_alive_idle=60s", "sets two and shows them"},
                             {"pier-sockopt receive_buffer=100000", "what the system makes of a size"},
                             {"pier-sockopt --listener --json", "the same for a program"}});
    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    if (udp && listener) {
        pier::say(program, "a datagram socket does not listen: --udp and --listener exclude each other");
        return std::unexpected(2);
    }
    using pier::spi::SocketKind;
    options.kind = udp ? SocketKind::datagram : listener ? SocketKind::listener : SocketKind::stream;
    options.family = ipv6 ? pier::Family::ipv6 : pier::Family::ipv4;
    return options;
}

}  // namespace sockopt
