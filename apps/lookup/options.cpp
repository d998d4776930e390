#include "options.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

namespace lookup {
namespace {

constexpr const char* about =
    "Shows what the system's resolver says of names: their addresses, one a line, in the order in which a program "
    "would try them. It shows the names of addresses and the ports of services, too. An address in the place of a name "
    "is its own answer. "
    "Exit status 0: all was found; 1: something was not, or the output can't be written; 2: wrong usage, or something "
    "that is no name; 130: it was interrupted.";

constexpr double usual_patience = 10;      // seconds; the C library alone gives each server of names 5, twice
constexpr std::size_t most_at_once = 512;  // of the 1,024 that may wait for a worker thread

// What is not checked as an option by itself.
struct Words {
    bool reverse = false;
    bool ipv4 = false;
    bool ipv6 = false;
    bool udp = false;
    std::string prefer;
    double patience = usual_patience;
};

void add_questions(pier::CommandLine& app, Options& options, Words& words) {
    constexpr const char* group = "Questions";
    app.add_option("name", options.words, "a name, or an address; - reads standard input").shown_as("NAME...");
    app.add_option("-f,--file", options.files, "take names from this file, too; - is standard input")
        .shown_as("FILE")
        .group(group)
        .one_word_each();
    app.add_option("-s,--service", options.question.service,
                   "show the port of this service with each address: http, or a number; without any name, alone")
        .shown_as("NAME")
        .group(group);
    app.add_flag("-x,--reverse", words.reverse,
                 "find the names of addresses; behind an address a port may stand, and its service is found")
        .group(group);
    app.add_option("--timeout", words.patience, "give a question up after so long (default 10)")
        .shown_as("SECONDS")
        .group(group)
        .range(0.001, 1e6);
    app.add_option("--parallel", options.parallel,
                   "questions under way at a time (default 4); the system is asked four at a time at most")
        .shown_as("N")
        .group(group)
        .range(std::size_t{1}, most_at_once);
}

void add_choice(pier::CommandLine& app, Options& options, Words& words) {
    constexpr const char* group = "Which answers";
    const pier::CommandOption reverse = app.option("--reverse");
    const pier::CommandOption ipv4 = app.add_flag("-4,--ipv4", words.ipv4, "IPv4 alone").group(group).excludes(reverse);
    const pier::CommandOption ipv6 =
        app.add_flag("-6,--ipv6", words.ipv6, "IPv6 alone").group(group).excludes(reverse).excludes(ipv4);
    app.add_option("--prefer", words.prefer, "the addresses of ipv4, or of ipv6, come first")
        .shown_as("FAMILY")
        .group(group)
        .one_of({"ipv4", "ipv6"})
        .excludes(reverse)
        .excludes(ipv4)
        .excludes(ipv6);
    app.add_flag("-n,--numeric", options.question.numeric, "ask nobody: addresses alone, no names")
        .group(group)
        .excludes(reverse);
    app.add_flag("--configured", options.question.configured, "only of the families that this machine has addresses of")
        .group(group)
        .excludes(reverse);
    app.add_flag("--passive", options.question.passive, "to listen on: without any name, all addresses of this machine")
        .group(group)
        .excludes(reverse);
    const pier::CommandOption udp = app.add_flag("-u,--udp", words.udp, "services of UDP instead of TCP").group(group);
    app.add_flag("-a,--all", options.both_types, "services of both, and a line for each")
        .group(group)
        .excludes(reverse)
        .excludes(udp);
}

void add_output(pier::CommandLine& app, Options& options) {
    app.add_flag("-c,--canonical", options.question.canonical,
                 "the canonical name, behind all aliases, instead of the one that was asked for")
        .group("Output")
        .excludes(app.option("--reverse"));
    app.add_flag("--json", options.json, "print JSON").group("Output");
}

// A sentence where it can be no service on any system.
std::string_view fault_of_service(std::string_view service) {
    constexpr std::string_view digits = "0123456789";
    if (service.find_first_not_of(digits) == std::string_view::npos) {
        std::uint16_t port = 0;
        const char* end = service.data() + service.size();
        const bool good = std::from_chars(service.data(), end, port).ec == std::errc();
        return good ? "" : "a port is a number from 0 to 65535";
    }
    const bool visible = std::all_of(service.begin(), service.end(), [](char c) { return c > ' ' && c <= '~'; });
    const bool has_letter =
        std::any_of(service.begin(), service.end(), [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; });
    return visible && has_letter ? "" : "this is neither a number nor a name such as http";
}

// What only some combinations may have, and what the mode follows from. Nothing when all is well.
std::string settle(Options& options, const Words& words, bool has_service) {
    if (std::isnan(words.patience)) return "--timeout: not a number";
    std::string& service = options.question.service;
    if (has_service) {
        if (words.reverse) return "with --reverse the port stands behind the address, as in 127.0.0.1:80";
        const std::string_view fault = fault_of_service(service);
        if (!fault.empty()) return "--service: \"" + service + "\": " + std::string(fault);
    }
    const bool is_given = !options.words.empty() || !options.files.empty();
    if (words.reverse) {
        options.mode = Mode::reverse;
        if (!is_given) return "say an address";
    } else if (!is_given && !options.question.passive) {
        if (!has_service) return "say a name, or - for standard input";
        options.mode = Mode::service;
    } else if (!is_given) {
        options.words.emplace_back();
        if (options.question.canonical) return "--canonical needs a name";
    }
    return {};
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app{about, std::string(program)};
    app.refuse_slash_options();  // which would take a file for an option
    Options options;
    Words words;
    pier::EngineOption engine;
    add_questions(app, options, words);
    add_choice(app, options, words);
    add_output(app, options);
    engine.add_to(app);
    pier::add_examples(app, {{"pier-lookup localhost", "the addresses of a name"},
                             {"pier-lookup -4 --service http localhost", "what a browser would connect to, by IPv4"},
                             {"pier-lookup --all --service domain 127.0.0.1", "ports of TCP and of UDP"},
                             {"pier-lookup --service https", "the port of a service"},
                             {"pier-lookup --reverse 127.0.0.1:80", "the name of an address, and of a port"},
                             {"pier-lookup --json --parallel 4 - <names.txt", "many names, answered in their order"}});
    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = engine.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    options.engine = *chosen;
    const bool has_service = app.count("--service") > 0;
    if (const std::string wrong = settle(options, words, has_service); !wrong.empty())
        return pier::refuse_usage(program, wrong);
    pier::LookUp& question = options.question;
    if (words.ipv4) question.family = pier::Family::ipv4;
    if (words.ipv6) question.family = pier::Family::ipv6;
    if (!words.prefer.empty()) {
        question.family = words.prefer == "ipv4" ? pier::Family::ipv4 : pier::Family::ipv6;
        question.family_rule = pier::FamilyRule::first;
    }
    if (words.udp) question.type = pier::SocketType::datagram;
    options.patience = std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(words.patience));
    return options;
}

}  // namespace lookup
