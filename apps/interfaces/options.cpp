#include "options.hpp"

#include "program.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

namespace interfaces {
namespace {

constexpr const char* about =
    "Lists the network interfaces of this machine with their addresses. It sends nothing. Exit status 0: an interface "
    "is shown; 1: none is, or one that was named is not there, or the list can't be had; 2: wrong usage.";

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app{about, std::string(program)};
    app.refuse_slash_options();  // a name may begin with a slash there
    Options options;
    bool ipv4 = false;
    bool ipv6 = false;
    app.add_option("name", options.names, "an interface (default: all of them)").shown_as("NAME...");
    constexpr const char* group = "What is shown";
    const pier::CommandOption of_v4 =
        app.add_flag("-4,--ipv4", ipv4, "interfaces with an address of IPv4, and these addresses alone");
    of_v4.group(group);
    app.add_flag("-6,--ipv6", ipv6, "the same of IPv6").group(group).excludes(of_v4);
    app.add_flag("--up", options.up, "interfaces alone that are switched on").group(group);
    app.add_flag("--json", options.json, "print JSON").group("Output");
    pier::add_examples(app, {{"pier-interfaces", "all interfaces and their addresses"},
                             {"pier-interfaces --up -4", "what this machine can be reached by in IPv4"},
                             {"pier-interfaces --json lo", "everything about one of them, for a program"}});
    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    if (ipv4) options.family = pier::Family::ipv4;
    if (ipv6) options.family = pier::Family::ipv6;
    return options;
}

}  // namespace interfaces
