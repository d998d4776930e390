#include "options.hpp"

#include "runner.hpp"

#include <pier/loop.hpp>
#include <pier/program.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace compare {
namespace {

constexpr std::size_t least_width = 20;
constexpr std::size_t most_width = 10'000;

ParsedOptions ends(int status) { return {.options = std::nullopt, .status = status}; }

// Server models share the blocking engine of `iterative`: there is nothing to compare.
bool has_engine_of_its_own(const pier::spi::EngineInfo& engine) {
    return engine.model == pier::spi::Model::event || engine.model == pier::spi::Model::iterative;
}

std::string list_behaviours() {
    std::string text;
    for (const Behaviour& behaviour : behaviours()) {
        std::string contract;
        for (const Outcomes& outcome : behaviour.contract) {
            contract += (contract.empty() ? "" : " or ") + std::string(name(outcome));
        }
        text += std::string(behaviour.id) + ": " + std::string(behaviour.question) + " " + contract + "\n";
    }
    return text;
}

// What stands between the commas, each once.
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

}  // namespace

ParsedOptions parse_options(int argc, char** argv) {
    CLI::App app{
        "Runs the same behaviours under every I/O engine and shows where they differ. Exit status 1: some outcome is "
        "outside of "
        "Pier's contract.",
        std::string(program)};
    Options options;
    std::vector<std::string> engine_lists;
    std::vector<std::string> behaviour_lists;
    std::string format = "table";
    bool list = false;
    bool list_all = false;
    options.width = usual_width();
    // Each word as it is typed: CLI11 would take "[a,b]" apart.
    auto* engine =
        app.add_option(
               "--engine", engine_lists,
               "engines to run, with commas between, and \"native\" for raw system calls; without it all that run here")
            ->allow_extra_args(false);
    app.add_flag("--list-engines", list, "list the engines of this build and what each is, then exit");
    auto* behaviour =
        app.add_option("--behaviour", behaviour_lists, "behaviours to run, with commas between; without it all")
            ->allow_extra_args(false);
    app.add_flag("--list-behaviours", list_all,
                 "list the behaviours, what each asks and what the contract allows, then exit");
    auto* system = app.add_option("--system", options.system,
                                  "NAME of this system in the report: linux, windows, wine (default this system)");
    auto add_output = [&](CLI::App& command) {
        command.add_option("--format", format, "table or json (default table)")
            ->check(CLI::IsMember({"table", "json"}));
        command.add_option("--width", options.width, "columns of the table (default $COLUMNS, else 120)")
            ->check(CLI::Range(least_width, most_width));
    };
    add_output(app);
    CLI::App* merge =
        app.add_subcommand("merge", "Puts reports of several systems, made with --format json, into one.");
    merge->add_option("file", options.files, "the reports")->required();
    add_output(*merge);

    if (auto status = pier::parse_command_line(app, argc, argv)) return ends(*status);
    if (list || list_all) {
        return ends(pier::print(program, list ? pier::list_engines() : list_behaviours()) ? 0 : 1);
    }
    if (merge->parsed()) {
        for (const CLI::Option* option : {engine, behaviour, system}) {
            if (option->count() == 0) continue;
            pier::say(program, option->get_name() + ": merge runs nothing; see --help");
            return ends(2);
        }
    }
    options.format = format == "json" ? Format::json : Format::table;
    for (const std::string& name : names(engine_lists)) {
        if (name == native) {
            options.native = true;
            continue;
        }
        options.engines.push_back(pier::choose_engine(program, name));
        if (options.engines.back() == nullptr) return ends(2);
    }
    options.all_engines = options.engines.empty() && !options.native;
    if (options.all_engines) options.native = true;
    for (const pier::spi::EngineInfo& each : pier::engines()) {
        if (options.all_engines && has_engine_of_its_own(each)) options.engines.push_back(&each);
    }
    for (const std::string& id : names(behaviour_lists)) {
        auto found = std::ranges::find(behaviours(), id, &Behaviour::id);
        if (found == behaviours().end()) {
            pier::say(program, "there is no behaviour \"" + id + "\"; see --list-behaviours");
            return ends(2);
        }
        options.behaviours.push_back(&*found);
    }
    if (options.behaviours.empty()) {
        for (const Behaviour& each : behaviours()) options.behaviours.push_back(&each);
    }
    return {.options = std::move(options), .status = 0};
}

}  // namespace compare
