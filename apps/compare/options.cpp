#include "options.hpp"

#include <pier/loop.hpp>
#include <pier/program.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>

namespace compare {
namespace {

ParsedOptions ends(int status) { return {.options = std::nullopt, .status = status}; }

// Server models share the blocking engine of `iterative`: there is nothing to compare.
bool has_engine_of_its_own(const pier::spi::EngineInfo& engine) {
    return engine.model == pier::spi::Model::event || engine.model == pier::spi::Model::iterative;
}

std::string list_behaviours() {
    std::string text;
    for (const Behaviour& behaviour : behaviours()) {
        std::string contract;
        for (Outcome outcome : behaviour.contract) {
            contract += (contract.empty() ? "" : " or ") + std::string(name(outcome));
        }
        text += std::string(behaviour.id) + ": " + std::string(behaviour.question) + " " + contract + "\n";
    }
    return text;
}

}  // namespace

ParsedOptions parse_options(int argc, char** argv) {
    CLI::App app{
        "Runs the same behaviours under every I/O engine and shows where they differ. Exit status 1: some outcome is "
        "outside of "
        "Pier's contract.",
        std::string(program)};
    Options options;
    std::vector<std::string> engines;
    std::vector<std::string> chosen;
    std::string format = "table";
    bool list = false;
    bool list_all = false;
    app.add_option("--engine", engines, "engines to run, with commas between; without it all that run here")
        ->delimiter(',');
    app.add_flag("--list-engines", list, "list the engines of this build and what each is, then exit");
    app.add_option("--behaviour", chosen, "behaviours to run, with commas between; without it all")->delimiter(',');
    app.add_flag("--list-behaviours", list_all,
                 "list the behaviours, what each asks and what the contract allows, then exit");
    app.add_option("--system", options.system,
                   "NAME of this system in the report: linux, windows, wine (default this system)");
    auto add_output = [&](CLI::App& command) {
        command.add_option("--format", format, "table or json (default table)")
            ->check(CLI::IsMember({"table", "json"}));
        command.add_option("--width", options.width, "columns of the table (default $COLUMNS, else 120)")
            ->envname("COLUMNS");
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
    if (options.width == 0) options.width = Options().width;  // as some systems set $COLUMNS where there is no terminal
    options.format = format == "json" ? Format::json : Format::table;
    options.all_engines = engines.empty();
    for (const std::string& engine : engines) {
        options.engines.push_back(pier::choose_engine(program, engine));
        if (options.engines.back() == nullptr) return ends(2);
    }
    for (const pier::spi::EngineInfo& engine : pier::engines()) {
        if (options.all_engines && has_engine_of_its_own(engine)) options.engines.push_back(&engine);
    }
    for (const std::string& id : chosen) {
        auto found = std::ranges::find(behaviours(), id, &Behaviour::id);
        if (found == behaviours().end()) {
            std::fprintf(stderr, "%s: there is no behaviour \"%s\"; see --list-behaviours\n",
                         std::string(program).c_str(), id.c_str());
            return ends(2);
        }
        options.behaviours.push_back(&*found);
    }
    for (const Behaviour& behaviour : behaviours()) {
        if (chosen.empty()) options.behaviours.push_back(&behaviour);
    }
    return {.options = std::move(options), .status = 0};
}

}  // namespace compare
