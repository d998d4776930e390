#include "options.hpp"

#include "output_options.hpp"
#include "run/runner.hpp"

#include <pier/cli/command_line.hpp>
#include <pier/cli/help.hpp>
#include <pier/cli/program.hpp>
#include <pier/loop.hpp>

#include <algorithm>
#include <array>

namespace compare {
namespace {

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

void add_examples(pier::CommandLine& app, pier::CommandLine& merge, pier::CommandLine& diff, pier::CommandLine& trace) {
    pier::add_examples(app, {{"pier-compare", "everything, as a table"},
                             {"pier-compare --behaviour echo-8MiB,reset-idle-peer", "two rows of it"},
                             {"pier-compare --format html --output compare.html", "a page with filters and details"},
                             {"pier-compare --models", "the models of a server: threads, processes, loops"},
                             {"pier-compare trace echo", "what each engine does for an echo, step by step"}});
    pier::add_examples(merge, {{"pier-compare merge linux.json wine-10.json", "both systems in one table"},
                               {"pier-compare merge linux.json wine-10.json --format words --count 5",
                                "the five most telling differences"}});
    pier::add_examples(diff, {{"pier-compare diff old.json new.json", "what has changed"}});
    pier::add_examples(trace, {{"pier-compare trace echo --engine epoll-et,io_uring", "two engines side by side"},
                               {"pier-compare trace echo --format html --output trace.html", "as a page"}});
}

// An empty name would be taken for none.
bool is_complete(const pier::CommandLine& command, const std::string& option) {
    const pier::CommandOption found = command.find_option(option);
    return !found || found.count() == 0 || !found.last_word().empty();
}

// The options as they are typed, until they are judged.
class Parser {
public:
    Parser()
        : app_(about, std::string(program)),
          merge_(app_.add_subcommand("merge", "Puts reports of several systems, made with --format json, into one.")),
          diff_(app_.add_subcommand("diff", about_diff)),
          trace_(app_),
          output_(options_) {
        add_run();
        add_reports();
        add_examples(app_, merge_, diff_, trace_.command());
    }

    ParsedOptions parse(int argc, char** argv) {
        if (auto status = pier::parse_command_line(app_, argc, argv)) return ends(*status);
        if (list_engines_ || list_behaviours_) {
            return ends(pier::print(program, list_engines_ ? pier::list_engines() : list_behaviours()) ? 0 : 1);
        }
        if (!names_its_file() || !formats_the_right_command()) return ends(2);
        output_.take();
        options_.command = merge_.parsed()             ? Command::merge
                           : diff_.parsed()            ? Command::diff
                           : trace_.command().parsed() ? Command::trace
                                                       : Command::run;
        const bool good = options_.command != Command::run ? take_subcommand()
                          : options_.models                ? goes_with_models()
                                                           : take_engines() && take_behaviours();
        if (!good) return ends(2);
        return {.options = std::move(options_), .status = 0};
    }

private:
    // Each word as it is typed, and "[a,b]" not taken apart.
    void add_run() {
        constexpr const char* group = "What is run";
        engine_ = app_.add_option("--engine", engine_lists_,
                                  "engines to run, with commas between, and \"native\" for raw system calls (default "
                                  "all that can run here)")
                      .shown_as("NAME,...")
                      .group(group)
                      .one_word_each();
        behaviour_ =
            app_.add_option("--behaviour", behaviour_lists_, "behaviours to run, with commas between (default all)")
                .shown_as("ID,...")
                .group(group)
                .one_word_each();
        system_ = app_.add_option("--system", options_.system,
                                  "what the report calls this system: linux, windows, wine-10 (default this system)")
                      .shown_as("NAME")
                      .group(group);
        models_ = app_.add_flag("--models", options_.models,
                                "the models of a server as columns, each a server of this program, with rows of their "
                                "own")
                      .group(group);
        app_.add_flag("--list-engines", list_engines_, "list the engines of this build and what each is, then exit")
            .group(group);
        app_.add_flag("--list-behaviours", list_behaviours_,
                      "list the behaviours, what each asks and what the contract allows, then exit")
            .group(group);
    }

    void add_reports() {
        merge_.add_option("file", options_.files, "the reports").shown_as("FILE...").required();
        for (pier::CommandLine* command : {&app_, &merge_}) output_.add_format(*command);
        diff_.add_option("OLD", older_, "the report from before").required();
        diff_.add_option("NEW", newer_, "the report of now").required();
        diff_.add_flag("--strict", options_.strict, "exit status 1 where anything has changed").group("Status");
        for (pier::CommandLine* command : commands()) {
            output_.add_file(*command);
            output_.add_looks(*command);
        }
    }

    std::array<pier::CommandLine*, 4> commands() { return {&app_, &merge_, &diff_, &trace_.command()}; }

    bool names_its_file() {
        for (pier::CommandLine* command : commands()) {
            if (is_complete(*command, "--output")) continue;
            pier::say(program, "--output: it has no name of a file; see --help");
            return false;
        }
        return true;
    }

    // Before the word of a subcommand an option would be the program's, and have no effect.
    bool formats_the_right_command() {
        const pier::CommandLine* subcommand = app_.subcommand();
        if (merge_.parsed() || subcommand == nullptr) return true;
        for (const char* name : {"--format", "--count", "--differences"}) {
            if (app_.count(name) == 0) continue;
            pier::say(program, std::string(name) + ": not before " + subcommand->name() + "; see --help");
            return false;
        }
        return true;
    }

    bool take_subcommand() {
        for (const pier::CommandOption option : {engine_, behaviour_, system_, models_}) {
            if (option.count() == 0) continue;
            const std::string reason = merge_.parsed()  ? "merge runs nothing"
                                       : diff_.parsed() ? "diff runs nothing"
                                                        : "trace has its own, behind that word";
            pier::say(program, option.name() + ": " + reason + "; see --help");
            return false;
        }
        if (diff_.parsed()) options_.files = {older_, newer_};
        if (options_.command != Command::trace) return true;
        auto taken = trace_.take();
        if (taken) options_.trace = std::move(*taken);
        return taken.has_value();
    }

    bool goes_with_models() {
        for (const pier::CommandOption option : {engine_, behaviour_}) {
            if (option.count() == 0) continue;
            pier::say(program, option.name() + ": not with --models, which has columns and rows of its own");
            return false;
        }
        for (const Format format : {Format::words, Format::outcomes, Format::catalogue}) {
            if (options_.format != format) continue;
            pier::say(program, "--models has the formats table, json, markdown and html; see --help");
            return false;
        }
        return true;
    }

    bool take_engines() {
        for (const std::string& name : names(engine_lists_)) {
            if (name == native) {
                options_.native = true;
                continue;
            }
            options_.engines.push_back(pier::choose_engine(program, name));
            if (options_.engines.back() == nullptr) return false;
        }
        options_.all_engines = options_.engines.empty() && !options_.native;
        if (options_.all_engines) {
            options_.native = true;
            for (const pier::EngineInfo& each : pier::engines()) options_.engines.push_back(&each);
        }
        return true;
    }

    bool take_behaviours() {
        const auto& all = pier::behaviour::behaviours();
        for (const std::string& id : names(behaviour_lists_)) {
            const auto found = std::ranges::find(all, id, &Behaviour::id);
            if (found == all.end()) {
                pier::say(program, "there is no behaviour \"" + id + "\"; see --list-behaviours");
                return false;
            }
            options_.behaviours.push_back(&*found);
        }
        if (options_.behaviours.empty()) {
            for (const Behaviour& each : all) options_.behaviours.push_back(&each);
        }
        return true;
    }

    Options options_;
    pier::CommandLine app_;
    pier::CommandLine& merge_;
    pier::CommandLine& diff_;
    TraceCommand trace_;
    OutputOptions output_;
    pier::CommandOption engine_;
    pier::CommandOption behaviour_;
    pier::CommandOption system_;
    pier::CommandOption models_;
    std::vector<std::string> engine_lists_;
    std::vector<std::string> behaviour_lists_;
    std::string older_;
    std::string newer_;
    bool list_engines_ = false;
    bool list_behaviours_ = false;
};

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
    Parser parser;
    return parser.parse(argc, argv);
}

}  // namespace compare
