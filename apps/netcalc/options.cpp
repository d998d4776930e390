#include "options.hpp"

#include "program.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <utility>

namespace netcalc {
namespace {

constexpr std::size_t most_of_a_split = 1'000'000;

constexpr const char* about =
    "Shows what an address or a prefix of IPv4 or IPv6 is: its forms, its byte orders, what it is for. It asks no "
    "network. Exit status 0: all was read, and contained where that was asked; 1: not contained, or the output can't "
    "be "
    "written; 2: wrong usage, or something that is no address.";

// All of them take the same two options.
void add_common(pier::CommandLine& command, Options& options) {
    command
        .add_flag("--historical", options.historical,
                  "read IPv4 as inet_aton does: 127.1 and 0x7f000001 are 127.0.0.1, and 010 is eight")
        .group("Input");
    command.add_flag("--json", options.json, "print JSON").group("Output");
}

// CLI11 takes "[a,b]" apart where an option has several words, so that "[::1]" is read as "::1".
pier::CommandOption add_words(pier::CommandLine& command, Options& options, const char* name, const char* meaning,
                              const char* shown) {
    return command.add_option(name, options.words, meaning).shown_as(shown);
}

struct Commands {
    pier::CommandLine* split;
    pier::CommandLine* merge;
    pier::CommandLine* range;
    pier::CommandLine* contains;
};

// The words of `range` and `contains`, which come one by one.
struct Single {
    std::string first;
    std::string second;
    std::string prefix;
};

Commands add_commands(pier::CommandLine& app, Options& options, Single& single) {
    Commands all{};
    all.split = &app.add_subcommand("split", "Cuts a prefix into longer ones. They are listed in order, up to --most.");
    all.split->add_option("prefix", single.prefix, "what is cut").shown_as("PREFIX").required();
    all.split->add_option("length", options.length, "of the parts: 24, or /24").shown_as("LENGTH").required();
    all.split->add_option("--most", options.most, "how many parts are listed at most (default 64)")
        .shown_as("N")
        .group("Output")
        .range(std::size_t{1}, most_of_a_split);
    all.merge = &app.add_subcommand(
        "merge", "Lists the fewest prefixes with the same addresses. An address alone counts as a prefix, too.");
    add_words(*all.merge, options, "prefix", "what is merged; - reads standard input", "PREFIX...");
    all.range = &app.add_subcommand(
        "range", "Lists the fewest prefixes that make up a range of addresses. Both ends belong to it.");
    all.range->add_option("first", single.first, "the first address").shown_as("FIRST").required();
    all.range->add_option("last", single.second, "the last one, which belongs to the range")
        .shown_as("LAST")
        .required();
    all.contains = &app.add_subcommand(
        "contains",
        "Says whether a prefix has these addresses. Exit status 0: all of them; 1: not all; 2: wrong usage.");
    all.contains->add_option("prefix", single.prefix, "what they may be in").shown_as("PREFIX").required();
    add_words(*all.contains, options, "address", "addresses or prefixes; - reads standard input", "ADDRESS...");
    for (pier::CommandLine* command : {all.split, all.merge, all.range, all.contains}) add_common(*command, options);
    return all;
}

void add_all_examples(pier::CommandLine& app, const Commands& commands) {
    pier::add_examples(app, {{"pier-netcalc 192.0.2.1 2001:db8::/48", "an address and a prefix, in all their forms"},
                             {"pier-netcalc 192.168.1.5/24", "an interface's address, and the prefix that it is in"},
                             {"pier-netcalc --historical 127.1 0x7f000001", "what the old forms mean"},
                             {"pier-netcalc --json ::1", "the same for a program"}});
    pier::add_examples(*commands.split, {{"pier-netcalc split 10.0.0.0/8 10", "four quarters"},
                                         {"pier-netcalc split 2001:db8::/32 /48 --most 4", "the first four of 65536"}});
    pier::add_examples(*commands.merge, {{"pier-netcalc merge 10.0.0.0/9 10.128.0.0/9", "10.0.0.0/8"}});
    pier::add_examples(*commands.range,
                       {{"pier-netcalc range 192.0.2.10 192.0.2.99", "a range, for a list of prefixes"}});
    pier::add_examples(*commands.contains, {{"pier-netcalc contains 10.0.0.0/8 10.1.2.3", "exit status 0: it has it"}});
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app{about, std::string(program)};
    app.refuse_slash_options();  // "/48" is a length there, too
    Options options;
    Single single;
    add_words(app, options, "address", "an address, or a prefix with its length; - reads standard input",
              "ADDRESS|PREFIX...");
    add_common(app, options);
    const Commands commands = add_commands(app, options, single);
    add_all_examples(app, commands);
    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);

    const std::pair<pier::CommandLine*, Command> kinds[] = {{commands.split, Command::split},
                                                            {commands.merge, Command::merge},
                                                            {commands.range, Command::range},
                                                            {commands.contains, Command::contains}};
    std::size_t chosen = 0;
    for (const auto& [command, kind] : kinds) {
        if (!command->parsed()) continue;
        options.command = kind;
        ++chosen;
    }
    if (chosen > 1 || (chosen == 1 && app.count("address") > 0)) {
        pier::say(program, "a command comes first and alone; see --help");
        return std::unexpected(2);
    }
    if (options.words.empty() && (options.command != Command::split && options.command != Command::range)) {
        pier::say(program, options.command == Command::show ? "say what to show: an address, a prefix, or -; see --help"
                                                            : "an address is missing; see --help");
        return std::unexpected(2);
    }
    if (options.command == Command::range) options.words = {single.first, single.second};
    if (!single.prefix.empty()) options.words.insert(options.words.begin(), single.prefix);
    return options;
}

}  // namespace netcalc
