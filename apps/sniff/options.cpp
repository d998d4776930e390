#include "options.hpp"

#include "program.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <algorithm>
#include <vector>

namespace sniff {
namespace {

constexpr const char* about =
    "Shows the packets that pass a network interface, or that a capture file has, a line each or in full, and writes "
    "them to a capture file. Exit status 0: it has ended as it was asked to; 1: it could not be done, or a file is "
    "broken; 2: wrong usage.";

// Flags that choose one thing together.
struct Flags {
    unsigned time = 0;  // how often -t
    bool digits = false;
    bool letters = false;
    bool not_promiscuous = false;
    std::vector<std::string> filter;
    bool numeric = false;  // names are never looked up: accepted, because hands are used to it
};

void add_source(pier::CommandLine& app, Options& options, Flags& flags) {
    constexpr const char* group = "Where packets come from";
    app.add_option("filter", flags.filter,
                   "which packets are wanted, as tcpdump takes it: tcp port 80 and not host 192.0.2.1 (default: all)")
        .shown_as("FILTER...");
    const pier::CommandOption interface = app.add_option("-i,--interface", options.interface,
                                                         "its name or number (default: the first one with a network)")
                                              .shown_as("NAME")
                                              .group(group);
    app.add_option("-r,--read", options.read_from, "a capture file, pcap or pcapng; - is standard input")
        .shown_as("FILE")
        .group(group)
        .excludes(interface);
    app.add_flag("-p,--no-promiscuous", flags.not_promiscuous, "nothing that is for other machines").group(group);
    app.add_option("-s,--snap-length", options.snap_length, "bytes kept of a packet (default 262144)")
        .shown_as("BYTES")
        .group(group)
        .range(1U, 262'144U);
    app.add_option("-B,--buffer-size", options.buffer_kib, "KiB for packets that wait (default 8192)")
        .shown_as("KIB")
        .group(group)
        .range(1'024U, 1'048'576U);
    app.add_option("-c,--count", options.count, "end after so many packets")
        .shown_as("N")
        .group(group)
        .range(1ULL, 1'000'000'000'000'000'000ULL);
    app.add_flag("-d,--show-filter", options.show_filter, "print the filter's program for Ethernet, and end")
        .group(group);
    app.add_flag("-D,--list-interfaces", options.list_interfaces, "name the interfaces, and end").group(group);
}

void add_output(pier::CommandLine& app, Options& options, Flags& flags) {
    constexpr const char* group = "What is shown";
    const pier::CommandOption write =
        app.add_option(
               "-w,--write", options.write_to,
               "write the packets to this file and show none: pcapng if it is named so, else pcap with nanoseconds; "
               "- is standard output")
            .shown_as("FILE")
            .group(group);
    app.add_flag("-v,--verbose", options.verbose, "tell wrong checksums").group(group);
    const pier::CommandOption tree =
        app.add_flag("--tree", options.tree, "all layers and fields of each packet").group(group);
    const pier::CommandOption follow =
        app.add_flag("--follow", options.follow, "what is said in TCP connections, in order, in place of the packets")
            .group(group)
            .excludes(tree)
            .excludes(write);
    app.add_flag("-x,--hex", flags.digits, "the bytes of each packet, without its link header").group(group);
    app.add_flag("-X,--ascii", flags.letters, "the same with the characters beside").group(group);
    app.add_flag("-e,--link-header", options.link_header, "with the addresses of Ethernet").group(group);
    app.add_flag("-q,--quiet", options.quiet, "no line for a packet").group(group);
    const pier::CommandOption statistics =
        app.add_flag("--statistics", options.statistics, "at the end: protocols and who talked to whom").group(group);
    app.add_flag("--json", options.json, "JSON, an object a packet").group(group).excludes(statistics).excludes(follow);
    app.add_flag("-l,--line-buffered", options.line_buffered, "each line at once, also into a pipe").group(group);
    app.add_flag("-n,--numeric", flags.numeric, "no names for addresses, which are never looked up").group(group);
}

TimeStamp time_stamp(unsigned times) {
    constexpr TimeStamp stamps[] = {TimeStamp::time_of_day, TimeStamp::none,          TimeStamp::epoch,
                                    TimeStamp::since_last,  TimeStamp::date_and_time, TimeStamp::since_first};
    return stamps[std::min<std::size_t>(times, std::size(stamps) - 1)];
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app(about, std::string(program));
    app.refuse_slash_options();
    Options options;
    Flags flags;
    bool has_time = false;
    pier::EngineOption engine;
    add_source(app, options, flags);
    add_output(app, options, flags);
    const pier::CommandOption time =
        app.add_flag("-t", has_time,
                     "no time; -tt: seconds since 1970; -ttt: since the packet before; -tttt: date and time; -ttttt: "
                     "since the first packet (default: time of day, UTC)")
            .group("What is shown");
    engine.add_to(app);
    app.check_all([&options] {
        const bool both = options.statistics && options.write_to == "-";
        return both ? std::string("--statistics and --write - both want standard output") : std::string();
    });
    pier::add_examples(app, {{"pier-sniff -i e0 -c 10", "the next ten packets of an interface"},
                             {"pier-sniff -i e0 -X tcp port 80 and host 192.0.2.1", "what one host says by HTTP"},
                             {"pier-sniff -i e0 -w all.pcapng", "all of them into a file, until Ctrl-C"},
                             {"pier-sniff -r all.pcapng --tree", "what is in the file, in full"},
                             {"pier-sniff -r all.pcapng --follow tcp port 80", "what was said by HTTP"},
                             {"tcpdump -w - | pier-sniff -r - --json", "another program's capture, for a third one"}});
    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = engine.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    options.engine = *chosen;
    options.time = time_stamp(static_cast<unsigned>(time.count()));
    for (const std::string& word : flags.filter) options.filter += (options.filter.empty() ? "" : " ") + word;
    options.promiscuous = !flags.not_promiscuous;
    if (flags.digits) options.hex = HexDump::digits;
    if (flags.letters) options.hex = HexDump::digits_and_letters;
    return options;
}

}  // namespace sniff
