#include "trace/trace_options.hpp"

#include "options.hpp"
#include "run/runner.hpp"

#include <pier/cli/program.hpp>
#include <pier/loop.hpp>

namespace compare {
namespace {

constexpr const char* about =
    "Shows step by step, engine beside engine, what each did for the same behaviour: operations started, tried, "
    "handed over, waited for and completed. PROBE is one of --list-behaviours; \"echo\" is the one to begin with.";

TraceFormat format_of(const std::string& word) {
    return word == "json" ? TraceFormat::json : word == "html" ? TraceFormat::html : TraceFormat::text;
}

bool refuse(const std::string& sentence) {
    pier::say(program, sentence);
    return false;
}

}  // namespace

TraceCommand::TraceCommand(pier::CommandLine& app) : command_(&app.add_subcommand("trace", about)) {
    constexpr const char* run = "What is run";
    constexpr const char* output = "Output";
    command_->add_option("PROBE", probe_, "the behaviour's id");
    command_
        ->add_option("--engine", engine_lists_, "engines to run, with commas between (default all that can run here)")
        .shown_as("NAME,...")
        .group(run)
        .one_word_each();
    command_
        ->add_option("--system", options_.system,
                     "what the trace calls this system: linux, windows, wine-10 (default this system)")
        .shown_as("NAME")
        .group(run);
    command_
        ->add_option("--merge", options_.files,
                     "traces of several systems, made with --format json, to put side by side; nothing is run")
        .shown_as("FILE...")
        .group(run);
    command_
        ->add_option("--format", format_,
                     "text: for a terminal; json: to merge, and for other programs; html: one page that needs nothing "
                     "else (default text)")
        .shown_as("FORMAT")
        .group(output)
        .one_of({"text", "json", "html"});
    command_
        ->add_flag("--times", options_.times,
                   "with microseconds since the beginning, which differ from run to run, in the text")
        .group(output);
}

bool TraceCommand::choose_probe() {
    options_.probe = pier::behaviour::find_behaviour(probe_);
    if (options_.probe == nullptr) {
        return refuse("there is no behaviour \"" + probe_ + "\"; see --list-behaviours");
    }
    if (options_.probe->steps) return true;
    return refuse("no engine does anything for " + probe_ + ": " + std::string(options_.probe->not_applicable));
}

bool TraceCommand::choose_engines() {
    for (const std::string& name : names(engine_lists_)) {
        if (name == native) return refuse("native calls are no engine's, so there is nothing to trace");
        options_.engines.push_back(pier::choose_engine(program, name));
        if (options_.engines.back() == nullptr) return false;
    }
    if (!options_.engines.empty()) return true;
    for (const pier::EngineInfo& each : pier::engines()) options_.engines.push_back(&each);
    return true;
}

std::optional<TraceOptions> TraceCommand::take() {
    options_.format = format_of(format_);
    bool good = true;
    if (options_.files.empty()) {
        if (command_->count("PROBE") == 0) {
            good = refuse("trace: it needs a PROBE, or traces to --merge; see --help");
        } else {
            good = choose_probe() && choose_engines();
        }
    } else {
        for (const char* option : {"PROBE", "--engine", "--system"}) {
            if (!good || command_->count(option) == 0) continue;
            good = refuse(std::string(option) + ": trace --merge runs nothing; see --help");
        }
    }
    return good ? std::optional(std::move(options_)) : std::nullopt;
}

}  // namespace compare
