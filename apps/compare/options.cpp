#include "options.hpp"

#include "run/runner.hpp"

#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>
#include <pier/loop.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace compare {
namespace {

constexpr std::size_t least_width = 20;
constexpr std::size_t most_width = 10'000;
constexpr std::size_t most_sentences = 1'000;

ParsedOptions ends(int status) { return {.options = std::nullopt, .status = status}; }

std::string list_behaviours() {
    std::string text;
    for (const Behaviour& behaviour : pier::behaviour::behaviours()) {
        std::string contract;
        for (const pier::behaviour::Outcomes& outcome : behaviour.contract) {
            contract += (contract.empty() ? "" : " or ") + std::string(name(outcome));
        }
        text += std::string(behaviour.id) + ": " + std::string(behaviour.question) + " " + contract + "\n";
    }
    return text;
}

// Nobody typed $COLUMNS: what is no width is ignored.
std::size_t usual_width() {
    const char* columns = std::getenv("COLUMNS");
    if (columns == nullptr) return Options().width;
    std::size_t width = 0;
    const char* end = columns + std::strlen(columns);
    const auto [stopped, failure] = std::from_chars(columns, end, width);
    const bool good = failure == std::errc{} && stopped == end && width >= least_width && width <= most_width;
    return good ? width : Options().width;
}

// Where a report goes, and how it looks: for the program itself and for its subcommands.
class Output {
public:
    void add_file(CLI::App& command) {
        command.add_option("--output", file_, "where to write, instead of standard output")
            ->option_text("FILE")
            ->group(group);
    }

    void add_format(CLI::App& command) {
        command.add_option("--format", format_, format_help())
            ->option_text("FORMAT")
            ->group(group)
            ->check(CLI::IsMember(words(formats)));
        command.add_option("--count", options_.count, "how many sentences --format words has (default 10)")
            ->option_text("N")
            ->group(group)
            ->check(CLI::Range(std::size_t{1}, most_sentences));
        command
            .add_flag("--differences", options_.only_differences,
                      "only the rows in which engines differ, or an outcome is outside of the contract")
            ->group(group);
    }

    void add_looks(CLI::App& command) {
        command
            .add_option("--color", colours_,
                        "auto, always or never (default auto: on a terminal, unless $NO_COLOR is set)")
            ->option_text("WHEN")
            ->group(group)
            ->check(CLI::IsMember(words(choices)));
        command.add_option("--width", options_.width, "columns of the table (default $COLUMNS, else 120)")
            ->option_text("N")
            ->group(group)
            ->check(CLI::Range(least_width, most_width));
    }

    explicit Output(Options& options) : options_(options) {}

    // After parsing.
    void take() {
        options_.format = value(formats, format_);
        options_.colours = value(choices, colours_);
        if (!file_.empty()) options_.output = file_;
    }

private:
    static constexpr const char* group = "Output";

    template <typename Value>
    struct Word {
        const char* word;
        Value value;
        const char* meaning;
    };
    static constexpr Word<Format> formats[] = {
        {"table", Format::table, "for a terminal"},
        {"json", Format::json, "to merge, to compare, and for other programs"},
        {"markdown", Format::markdown, "tables and notes"},
        {"html", Format::html, "one page that needs nothing else, with filters and details"},
        {"words", Format::words, "the most telling differences in sentences"},
        {"outcomes", Format::outcomes, "JSON of the outcomes alone, which diff compares with a report"},
        {"catalogue", Format::catalogue, "Markdown of every behaviour: what it asks, what is promised, who does what"},
    };
    static constexpr Word<ColourChoice> choices[] = {
        {"auto", ColourChoice::automatic, ""},
        {"always", ColourChoice::always, ""},
        {"never", ColourChoice::never, ""},
    };

    static std::vector<std::string> words(const auto& table) {
        std::vector<std::string> all;
        for (const auto& entry : table) all.emplace_back(entry.word);
        return all;
    }

    template <typename Value, std::size_t size>
    static Value value(const Word<Value> (&table)[size], const std::string& word) {
        for (const auto& entry : table) {
            if (word == entry.word) return entry.value;
        }
        return table[0].value;
    }

    static std::string format_help() {
        std::string text;
        for (const auto& entry : formats) {
            text += (text.empty() ? "" : "; ") + std::string(entry.word) + ": " + entry.meaning;
        }
        return text + " (default table)";
    }

    Options& options_;
    std::string format_ = formats[0].word;
    std::string colours_ = choices[0].word;
    std::string file_;
};

constexpr const char* about =
    "Runs the same behaviours under every I/O engine and shows where they differ. Exit status 1: some outcome is "
    "outside of Pier's contract, and no known deviation of the system; 2: wrong usage.";

constexpr const char* about_diff =
    "Prints what has changed from one report to another: outcomes by behaviour and column, and behaviours and columns "
    "that are new or gone. Exit status 1: a promise is newly broken, that is, an outcome in NEW is outside of the "
    "contract and no known deviation of the system, while OLD has an outcome of the same behaviour in the same column "
    "that was not. Behaviours and columns that only NEW has don't count. With --strict: anything has changed, but for "
    "columns whose engine NEW reports as unable to run, and for native calls that became n/a. 0: otherwise; 2: wrong "
    "usage. OLD and NEW are made with --format json or --format outcomes.";

void add_examples(CLI::App& app, CLI::App& merge, CLI::App& diff, CLI::App& trace) {
    pier::add_examples(app, {{"pier-compare", "everything, as a table"},
                             {"pier-compare --behaviour echo-8MiB,reset-idle-peer", "two rows of it"},
                             {"pier-compare --format html --output compare.html", "a page with filters and details"},
                             {"pier-compare trace echo", "what each engine does for an echo, step by step"}});
    pier::add_examples(merge, {{"pier-compare merge linux.json wine-10.json", "both systems in one table"},
                               {"pier-compare merge linux.json wine-10.json --format words --count 5",
                                "the five most telling differences"}});
    pier::add_examples(diff, {{"pier-compare diff old.json new.json", "what has changed"}});
    pier::add_examples(trace, {{"pier-compare trace echo --engine epoll-et,io_uring", "two engines side by side"},
                               {"pier-compare trace echo --format html --output trace.html", "as a page"}});
}

// An empty name would be taken for none.
bool is_complete(const CLI::App& app, std::string_view option) {
    const CLI::Option* found = app.get_option_no_throw(std::string(option));
    return found == nullptr || found->count() == 0 || !found->results().back().empty();
}

}  // namespace

std::vector<std::string> names(const std::vector<std::string>& lists) {
    std::vector<std::string> all;
    for (const std::string& list : lists) {
        for (std::size_t at = 0; at <= list.size();) {
            const std::size_t end = std::min(list.find(',', at), list.size());
            std::string name = list.substr(at, end - at);
            if (std::ranges::find(all, name) == all.end()) all.push_back(std::move(name));
            at = end + 1;
        }
    }
    return all;
}

ParsedOptions parse_options(int argc, char** argv) {
    CLI::App app{about, std::string(program)};
    Options options;
    Output output(options);
    std::vector<std::string> engine_lists;
    std::vector<std::string> behaviour_lists;
    bool list = false;
    bool list_all = false;
    options.width = usual_width();
    // Each word as it is typed: CLI11 would take "[a,b]" apart.
    constexpr const char* group = "What is run";
    auto* engine = app.add_option("--engine", engine_lists,
                                  "engines to run, with commas between, and \"native\" for raw system calls (default "
                                  "all that can run here)")
                       ->option_text("NAME,...")
                       ->group(group)
                       ->allow_extra_args(false);
    auto* behaviour =
        app.add_option("--behaviour", behaviour_lists, "behaviours to run, with commas between (default all)")
            ->option_text("ID,...")
            ->group(group)
            ->allow_extra_args(false);
    auto* system = app.add_option("--system", options.system,
                                  "what the report calls this system: linux, windows, wine-10 (default this system)")
                       ->option_text("NAME")
                       ->group(group);
    app.add_flag("--list-engines", list, "list the engines of this build and what each is, then exit")->group(group);
    app.add_flag("--list-behaviours", list_all,
                 "list the behaviours, what each asks and what the contract allows, then exit")
        ->group(group);
    CLI::App* merge =
        app.add_subcommand("merge", "Puts reports of several systems, made with --format json, into one.");
    merge->add_option("file", options.files, "the reports")->option_text("FILE...")->required();
    for (CLI::App* command : {&app, merge}) {
        output.add_format(*command);
        output.add_file(*command);
        output.add_looks(*command);
    }
    CLI::App* diff = app.add_subcommand("diff", about_diff);
    std::string older;
    std::string newer;
    diff->add_option("OLD", older, "the report from before")->required();
    diff->add_option("NEW", newer, "the report of now")->required();
    diff->add_flag("--strict", options.strict, "exit status 1 where anything has changed")->group("Status");
    TraceCommand trace(app);
    for (CLI::App* command : {diff, &trace.command()}) {
        output.add_file(*command);
        output.add_looks(*command);
    }
    add_examples(app, *merge, *diff, trace.command());

    if (auto status = pier::parse_command_line(app, argc, argv)) return ends(*status);
    if (list || list_all) {
        return ends(pier::print(program, list ? pier::list_engines() : list_behaviours()) ? 0 : 1);
    }
    for (CLI::App* command : {&app, merge, diff, &trace.command()}) {
        if (is_complete(*command, "--output")) continue;
        pier::say(program, "--output: it has no name of a file; see --help");
        return ends(2);
    }
    for (const char* name : {"--format", "--count", "--differences"}) {
        if (merge->parsed() || app.get_subcommands().empty() || app.get_option_no_throw(name) == nullptr ||
            app.get_option(name)->count() == 0) {
            continue;
        }
        const std::string command = app.get_subcommands().front()->get_name();
        pier::say(program, std::string(name) + ": not before " + command + "; see --help");
        return ends(2);
    }
    output.take();
    options.command = merge->parsed()            ? Command::merge
                      : diff->parsed()           ? Command::diff
                      : trace.command().parsed() ? Command::trace
                                                 : Command::run;
    if (diff->parsed()) options.files = {older, newer};
    if (options.command != Command::run) {
        for (const CLI::Option* option : {engine, behaviour, system}) {
            if (option->count() == 0) continue;
            const std::string reason = merge->parsed()  ? "merge runs nothing"
                                       : diff->parsed() ? "diff runs nothing"
                                                        : "trace has its own, behind that word";
            pier::say(program, option->get_name() + ": " + reason + "; see --help");
            return ends(2);
        }
        if (options.command == Command::trace) {
            auto taken = trace.take();
            if (!taken) return ends(2);
            options.trace = std::move(*taken);
        }
        return {.options = std::move(options), .status = 0};
    }
    for (const std::string& name : names(engine_lists)) {
        if (name == native) {
            options.native = true;
            continue;
        }
        options.engines.push_back(pier::choose_engine(program, name));
        if (options.engines.back() == nullptr) return ends(2);
    }
    options.all_engines = options.engines.empty() && !options.native;
    if (options.all_engines) {
        options.native = true;
        for (const pier::spi::EngineInfo& each : pier::engines()) options.engines.push_back(&each);
    }
    for (const std::string& id : names(behaviour_lists)) {
        auto found = std::ranges::find(pier::behaviour::behaviours(), id, &Behaviour::id);
        if (found == pier::behaviour::behaviours().end()) {
            pier::say(program, "there is no behaviour \"" + id + "\"; see --list-behaviours");
            return ends(2);
        }
        options.behaviours.push_back(&*found);
    }
    if (options.behaviours.empty()) {
        for (const Behaviour& each : pier::behaviour::behaviours()) options.behaviours.push_back(&each);
    }
    return {.options = std::move(options), .status = 0};
}

}  // namespace compare
