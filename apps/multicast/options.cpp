#include "options.hpp"

#include "packet.hpp"
#include "program.hpp"
#include "words.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <chrono>
#include <cmath>

namespace multicast {
namespace {

constexpr const char* about =
    "Sends datagrams to a multicast group, and receives those of a group. They are numbered, so that gaps, duplicates "
    "and those that come late are seen. Exit status 0: all was sent, or received; 1: it was not; 2: wrong usage; 130: "
    "it "
    "was interrupted, behind the statistics.";

struct Words {
    std::string group;
    std::string interface;
    std::string source;
    double patience = 0;
    double interval = 0;
    bool no_loop = false;
    bool json = false;
    std::uint64_t count = 0;
    std::size_t size = 0;
};

constexpr const char* of_datagrams = "Datagrams";
constexpr const char* of_output = "Output";

pier::CommandLine& add_command(pier::CommandLine& app, const char* name, const char* meaning, Words& words) {
    pier::CommandLine& command = app.add_subcommand(name, meaning);
    command
        .add_option("group", words.group,
                    "the group, such as 239.1.2.3:7000, [ff05::1234]:7000 or "
                    "[ff02::1234%eth0]:7000")
        .shown_as("GROUP:PORT")
        .required();
    command
        .add_option("--interface", words.interface,
                    "the network interface, by its name or number (default: the system's choice by its routes)")
        .shown_as("NAME")
        .group(of_datagrams);
    command.add_flag("--json", words.json, "print JSON, an object a line").group(of_output);
    return command;
}

void add_count(pier::CommandLine& command, Words& words, const char* meaning) {
    command.add_option("--count", words.count, meaning)
        .shown_as("N")
        .group(of_datagrams)
        .range(std::uint64_t{1}, std::uint64_t{1} << 40);
}

pier::CommandLine& add_receive(pier::CommandLine& app, Options& options, Words& words) {
    pier::CommandLine& command =
        add_command(app, "receive",
                    "Shows the datagrams of a group, with what is missing between them, and at its end "
                    "what has come of each sender.",
                    words);
    command.add_option("--source", words.source, "receive what this sender sends alone (source-specific multicast)")
        .shown_as("ADDRESS")
        .group(of_datagrams);
    add_count(command, words, "end behind so many datagrams (default: when interrupted)");
    command.add_option("--timeout", words.patience, "end when nothing has come for so long (default: never)")
        .shown_as("SECONDS")
        .group(of_datagrams)
        .range(0.001, 1e6);
    command.add_flag("--quiet", options.quiet, "print the statistics alone").group(of_output);
    pier::add_examples(command, {{"pier-multicast receive 239.1.2.3:7000", "until Ctrl-C"},
                                 {"pier-multicast receive '[ff02::1234]:7000' --interface eth0 --count 10", "by IPv6"},
                                 {"pier-multicast receive 232.1.2.3:7000 --source 192.0.2.1", "of one sender alone"}});
    return command;
}

pier::CommandLine& add_send(pier::CommandLine& app, Options& options, Words& words) {
    pier::CommandLine& command = add_command(
        app, "send", "Sends the lines of standard input to a group, or with --size datagrams of that size.", words);
    command
        .add_option(
            "--ttl", options.time_to_live,
            "networks that a datagram may go through; 0 keeps it in this machine, 1 in this network (default 1)")
        .shown_as("N")
        .group(of_datagrams)
        .range(0, 255);
    command.add_flag("--no-loop", words.no_loop, "not to receivers in this machine").group(of_datagrams);
    command.add_option("--size", words.size, "bytes of each datagram, at least 20, instead of lines")
        .shown_as("N")
        .group(of_datagrams)
        .range(Packet::header, Packet::longest);
    add_count(command, words, "how many are sent (default: as many as there are lines, or until interrupted)");
    command.add_option("--interval", words.interval, "between two of them (default 0, with --size 1)")
        .shown_as("SECONDS")
        .group(of_datagrams)
        .range(0.0, 1e6);
    pier::add_examples(command, {{"pier-multicast send 239.1.2.3:7000 --size 100 --count 10", "one a second"},
                                 {"pier-multicast send 239.1.2.3:7000 --ttl 5 <lines.txt", "its lines, further on"},
                                 {"pier-multicast send '[ff02::1234]:7000' --interface eth0", "what is typed"}});
    return command;
}

pier::Duration seconds(double count) {
    return std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(count));
}

// ff01::/16 and ff02::/16 are each interface's own (RFC 4291, 2.7).
bool needs_interface(const pier::Endpoint& group) noexcept {
    return group.family() == pier::Family::ipv6 && (group.v6_bytes()[1] & 0x0F) <= 2;
}

// What the words mean; a status after a sentence.
pier::OrStatus<void> settle(Options& options, const Words& words) {
    const auto group = parse_group(words.group);
    if (!group) return std::unexpected(group.error());
    options.group = *group;
    if (!words.source.empty()) {
        const auto source = parse_source(words.source, *group);
        if (!source) return std::unexpected(source.error());
        options.source = *source;
    }
    const std::uint32_t zone = group->scope();
    if (!words.interface.empty()) {
        auto found = find_interface(words.interface);
        if (!found) return std::unexpected(found.error());
        if (zone != 0 && zone != found->index) {
            pier::say(program,
                      "--interface says " + found->name + ", and the zone of the group " + name_of_interface(zone));
            return std::unexpected(2);
        }
        options.interface_index = found->index;
        options.interface_name = std::move(found->name);
    } else if (zone != 0) {
        options.interface_index = zone;
        options.interface_name = name_of_interface(zone);
    } else if (needs_interface(*group)) {
        pier::say(program, options.group.to_string() +
                               ": a link-local group is another one on each interface; say which by --interface");
        return std::unexpected(2);
    }
    if (needs_interface(*group)) {
        options.group = pier::Endpoint::v6(group->v6_bytes(), group->port(), options.interface_index);
    }
    return {};
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app{about, std::string(program)};
    app.allow_subcommands(0, 1);
    Options options;
    Words words;
    pier::EngineOption engine;
    pier::CommandLine& receive = add_receive(app, options, words);
    pier::CommandLine& send = add_send(app, options, words);
    engine.add_to(app);
    app.fall_through();
    receive.fall_through();
    send.fall_through();
    pier::add_examples(app, {{"pier-multicast receive 239.1.2.3:7000", "shows what comes, until Ctrl-C"},
                             {"pier-multicast send 239.1.2.3:7000 --size 100", "a datagram each second"}});
    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = engine.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    options.engine = *chosen;
    if (!receive.parsed() && !send.parsed()) {
        pier::say(program, "say receive or send; see --help");
        return std::unexpected(2);
    }
    if (std::isnan(words.patience) || std::isnan(words.interval)) {
        pier::say(program, "a time is a number of seconds; see --help");
        return std::unexpected(2);
    }
    options.mode = send.parsed() ? Mode::send : Mode::receive;
    options.form = words.json ? Form::json : Form::text;
    options.count = words.count;
    options.loop = !words.no_loop;
    if (words.patience > 0) options.patience = seconds(words.patience);
    const bool has_size = send.count("--size") > 0;
    if (has_size) options.size = words.size;
    options.interval = seconds(has_size && send.count("--interval") == 0 ? 1.0 : words.interval);
    if (auto settled = settle(options, words); !settled) return std::unexpected(settled.error());
    return options;
}

}  // namespace multicast
