#include "options.hpp"

#include "frames.hpp"
#include "program.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <chrono>
#include <cmath>
#include <fstream>

namespace arp_scan {
namespace {

constexpr const char* about =
    "Asks the addresses of a local network by ARP who is there, and shows each host's address, its MAC address and who "
    "has made its interface. Exit status 0: everybody was asked, whether somebody has answered or not; 1: it could not "
    "be done; 2: wrong usage.";

// Numbers and words that are looked at after the parse.
struct Words {
    std::vector<std::string> targets;
    double interval_ms = 0;
    double rate = 0;
    double timeout_ms = 500;
    double every = 60;
    std::string bandwidth;
    std::string source;
    bool probe = false;
};

template <class Span>
pier::Duration span_of(double count) {
    return std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double, typename Span::period>(count));
}

void add_targets(pier::CommandLine& app, Options& options, Words& words) {
    app.add_option("target", words.targets,
                   "a prefix (192.0.2.0/24), a range (192.0.2.1-192.0.2.9, 192.0.2.1-9) or an address (default: the "
                   "prefixes of the interface's own addresses)")
        .shown_as("PREFIX...");
    constexpr const char* group = "Who is asked, and by whom";
    app.add_option("-I,--interface", options.interface, "its name or number (default: the first one with a network)")
        .shown_as("NAME")
        .group(group);
    app.add_flag("--force", options.force, "more than the 65,536 addresses of a /16").group(group);
    const pier::CommandOption source =
        app.add_option("-s,--source-address", words.source,
                       "the address that asks (default: the interface's own in the same prefix)")
            .shown_as("ADDRESS")
            .group(group);
    app.add_flag("--probe", words.probe, "ask as 0.0.0.0, from which nobody learns an address (RFC 5227)")
        .group(group)
        .excludes(source);
}

void add_pace(pier::CommandLine& app, Options& options, Words& words) {
    constexpr const char* group = "Pace";
    const pier::CommandOption bandwidth =
        app.add_option("-B,--bandwidth", words.bandwidth, "bits a second, 64 bytes a request (default 256000); K, M")
            .shown_as("BITS")
            .group(group);
    const pier::CommandOption interval =
        app.add_option("-i,--interval", words.interval_ms, "milliseconds between two requests, the same in other words")
            .shown_as("MS")
            .group(group)
            .range(0.0, 1e6)
            .excludes(bandwidth);
    app.add_option("--rate", words.rate, "requests a second, the same in other words")
        .shown_as("N")
        .group(group)
        .range(0.001, 1e9)
        .excludes(bandwidth)
        .excludes(interval);
    app.add_option("-r,--retry", options.pace.attempts, "requests to a host that does not answer (default 2)")
        .shown_as("N")
        .group(group)
        .range(1U, 100U);
    app.add_option("-t,--timeout", words.timeout_ms, "how long the first answer is waited for (default 500)")
        .shown_as("MS")
        .group(group)
        .range(1.0, 1e6);
    app.add_option("-b,--backoff", options.pace.backoff, "how many times longer each next wait is (default 1.5)")
        .shown_as("FACTOR")
        .group(group)
        .range(1.0, 100.0);
}

void add_output(pier::CommandLine& app, Options& options, Words& words) {
    constexpr const char* group = "Output";
    const pier::CommandOption watch =
        app.add_flag("--watch", options.watch,
                     "go on: listen to all ARP, ask everybody again and again, and tell what changes")
            .group("Watching");
    app.add_option("--every", words.every, "from one scan to the next (default 60)")
        .shown_as("SECONDS")
        .group("Watching")
        .range(0.1, 1e6)
        .needs(watch);
    app.add_option("--vendors", options.vendor_files,
                   "a table of manufacturers in the place of the system's: IEEE's oui.txt or oui.csv, or arp-scan's")
        .shown_as("FILE")
        .group(group)
        .one_word_each();
    app.add_flag("-q,--quiet", options.quiet, "no manufacturers").group(group);
    const pier::CommandOption plain =
        app.add_flag("-x,--plain", options.plain, "no lines before and behind the hosts").group(group);
    app.add_flag("--json", options.json, "print JSON, an object a line").group(group).excludes(plain);
}

bool is_readable(const std::string& name) { return std::ifstream(name).is_open(); }

// An exit status, if a word is wrong.
std::optional<int> take(const pier::CommandLine& app, const Words& words, Options& options) {
    if (std::isnan(words.interval_ms) || std::isnan(words.rate) || std::isnan(words.timeout_ms) ||
        std::isnan(words.every) || std::isnan(options.pace.backoff)) {
        return pier::refuse_usage(program, "nan is no number").error();
    }
    if (!words.bandwidth.empty()) {
        const auto bandwidth = read_bandwidth(words.bandwidth);
        if (!bandwidth)
            return pier::refuse_usage(program, "--bandwidth: \"" + words.bandwidth + "\": not a number of bits")
                .error();
        options.pace.interval = interval_of(*bandwidth);
    }
    if (app.count("--interval") > 0) options.pace.interval = span_of<std::chrono::milliseconds>(words.interval_ms);
    if (app.count("--rate") > 0) options.pace.interval = span_of<std::chrono::seconds>(1 / words.rate);
    options.pace.timeout = span_of<std::chrono::milliseconds>(words.timeout_ms);
    options.every = span_of<std::chrono::seconds>(words.every);
    for (const std::string& word : words.targets) {
        const auto range = read_target(word);
        if (!range) return pier::refuse_usage(program, range.error()).error();
        options.ranges.push_back(*range);
    }
    if (words.probe) options.source = 0;
    if (app.count("--source-address") > 0) {
        const auto source = read_target(words.source);
        if (!source || source->first != source->last) {
            return pier::refuse_usage(program, "--source-address: \"" + words.source + "\": not an address of IPv4")
                .error();
        }
        options.source = source->first;
    }
    for (const std::string& name : options.vendor_files) {
        if (!is_readable(name))
            return pier::refuse_usage(program, "--vendors: \"" + name + "\": can't be read").error();
    }
    return std::nullopt;
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app(about, std::string(program));
    app.refuse_slash_options();
    Options options;
    Words words;
    pier::EngineOption engine;
    add_targets(app, options, words);
    add_pace(app, options, words);
    add_output(app, options, words);
    engine.add_to(app);
    pier::add_examples(app, {{"pier-arp-scan", "everybody in the prefixes of the first interface"},
                             {"pier-arp-scan --interface e0 192.0.2.0/24", "everybody in a prefix, by one interface"},
                             {"pier-arp-scan --plain --quiet 192.0.2.1-20", "addresses and MAC addresses alone"},
                             {"pier-arp-scan --watch --every 30 --json", "what changes, for another program"}});
    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = engine.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    options.engine = *chosen;
    if (const auto status = take(app, words, options)) return std::unexpected(*status);
    return options;
}

}  // namespace arp_scan
