#include "options.hpp"

#include "program.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>

namespace ipc {
namespace {

constexpr std::string_view all_word = "all";

constexpr const char* about =
    "Moves data between two processes by each way that the system has for it, checks every byte, and says how fast it "
    "goes. The second process is this program again. Exit status 0: everything arrived; 1: something did not, which "
    "is said; 2: wrong usage; 130: it was interrupted.";

constexpr const char* about_clean =
    "Lists and removes what programs of Pier's have left behind that crashed: shared memory, semaphores, mutexes, "
    "queues and pipes with names. What a running program has open is left alone.";

std::vector<pier::Term> terms() {
    std::vector<pier::Term> all;
    for (const Kind& kind : kinds()) all.push_back({std::string(kind.name), std::string(kind.summary)});
    all.push_back({std::string(all_word), "each of them, in one table"});
    return all;
}

// Nothing after a sentence.
std::optional<std::vector<const Kind*>> choose_kinds(const std::vector<std::string>& words) {
    std::vector<const Kind*> chosen;
    std::vector<std::string_view> names{all_word, "clean"};
    for (const Kind& kind : kinds()) names.push_back(kind.name);
    for (const std::string& word : words) {
        if (word == all_word) {
            for (const Kind& kind : kinds()) chosen.push_back(&kind);
        } else if (const Kind* kind = find_kind(word)) {
            chosen.push_back(kind);
        } else {
            std::string sentence("there is no kind \"" + word + "\"");
            const std::string_view nearest = nearest_name(word, names);
            if (!nearest.empty()) sentence.append("; is \"").append(nearest).append("\" meant?");
            if (nearest.empty()) sentence.append("; see --help");
            pier::say(program, sentence);
            return std::nullopt;
        }
    }
    // Each once, in the order of the first mention.
    std::vector<const Kind*> once;
    for (const Kind* kind : chosen) {
        if (std::ranges::find(once, kind) == once.end()) once.push_back(kind);
    }
    return once;
}

}  // namespace

pier::OrStatus<Options> parse_options(int argc, char** argv) {
    pier::CommandLine app{about, std::string(program)};
    Options options;
    pier::EngineOption engine;
    std::vector<std::string> words;
    double seconds = 0.5;
    std::uint32_t busy_microseconds = 0;
    app.add_option("kind", words, "what is measured: see below").shown_as("KIND...");
    const pier::CommandOption each =
        app.add_option("--seconds", seconds, "how long each number is measured, about (default 0.5)")
            .shown_as("SECONDS")
            .group("Measuring")
            .range(0.001, 3600.0);
    app.add_option("--count", options.count, "how many messages are sent for each number, instead")
        .shown_as("N")
        .group("Measuring")
        .range(std::uint64_t{1}, std::uint64_t{1} << 40)
        .excludes(each);
    app.add_flag("--raw", options.raw,
                 "measure bare system calls as well, in turns with Pier, and say how much of their speed Pier has")
        .group("Measuring");
    app.add_flag("--json", options.json, "print everything that was measured as JSON").group("Output");
    engine.add_to(app);
    app.add_option("--busy-poll", busy_microseconds,
                   "how long both look for an answer before they sleep (default 0: not at all)")
        .shown_as("MICROSECONDS")
        .group("Engine")
        .range(std::uint32_t{0}, std::uint32_t{1'000'000});
    pier::CommandLine& clean = app.add_subcommand("clean", about_clean);
    clean.add_flag("--list", options.list, "remove nothing, only list").group("Output");
    clean.add_option("--prefix", options.prefix, "only what has a name that begins with this (default everything)")
        .shown_as("TEXT")
        .group("What is looked at");
    clean.add_flag("--json", options.json, "print the list as JSON").group("Output");
    pier::add_examples(app,
                       {{"pier-ipc all", "every kind, in one table"},
                        {"pier-ipc pipe --raw", "a pipe, and what bare system calls make of one"},
                        {"pier-ipc pipe --raw --busy-poll 50", "what an answer gains that nobody sleeps for"},
                        {"pier-ipc pipe --count 1000 --json", "a thousand messages for each number, for a program"},
                        {"pier-ipc clean --list", "what crashed programs have left behind"}});
    pier::add_terms(app, "Kinds", terms());
    pier::add_examples(clean, {{"pier-ipc clean", "removes what crashed programs have left behind"},
                               {"pier-ipc clean --list --prefix pier-ipc-", "what runs of pier-ipc have left"}});

    if (auto status = pier::parse_command_line(app, argc, argv)) return std::unexpected(*status);
    const auto chosen = engine.choose(program);
    if (!chosen) return std::unexpected(chosen.error());
    options.engine = *chosen;
    options.clean = clean.parsed();
    if (std::isnan(seconds)) {  // which is in no range, and out of none
        pier::say(program, "--seconds: not a number; see --help");
        return std::unexpected(2);
    }
    options.each = std::chrono::duration_cast<pier::Duration>(std::chrono::duration<double>(seconds));
    options.busy_poll = std::chrono::microseconds(busy_microseconds);
    auto chosen_kinds = choose_kinds(words);
    if (!chosen_kinds) return std::unexpected(2);
    options.kinds = std::move(*chosen_kinds);
    if (options.kinds.empty() == !options.clean) {
        pier::say(program, options.clean ? "clean takes no kind; see --help"
                                         : "say what to measure: a kind, or all; see --help");
        return std::unexpected(2);
    }
    return options;
}

}  // namespace ipc
