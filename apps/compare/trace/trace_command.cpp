#include "trace/trace_command.hpp"

#include "report/files.hpp"
#include "run/runner.hpp"
#include "trace/trace_json.hpp"

#include <pier/cli/quoted.hpp>

namespace compare {
namespace {

TraceLane lane_of(const Behaviour& behaviour, Column column) {
    TraceLane lane{.column = std::move(column), .outcome = {}, .detail = {}, .steps = {}};
    const Told told = run_told(behaviour, lane.column.engine);
    for (const std::string& line : told.steps) {
        if (auto step = step_from_line(line)) lane.steps.push_back(std::move(*step));
    }
    lane.left_out = told.further;
    lane.outcome = told.cell.outcome;
    lane.detail = told.cell.detail;
    return lane;
}

// One after the other, so that they don't share the machine.
Trace observe(const TraceOptions& options) {
    const Behaviour& probe = *options.probe;
    Trace trace{.probe = std::string(probe.id),
                .question = std::string(probe.question),
                .steps = {probe.steps_text.begin(), probe.steps_text.end()},
                .lanes = {},
                .absent = {}};
    for (const pier::EngineInfo* engine : options.engines) {
        Column column{options.system, std::string(engine->name)};
        if (std::string obstacle = engine->probe(); !obstacle.empty()) {
            trace.absent.push_back({std::move(column), std::move(obstacle)});
        } else {
            trace.lanes.push_back(lane_of(probe, std::move(column)));
        }
    }
    return trace;
}

std::expected<Trace, std::string> read_and_merge_traces(const std::vector<std::string>& files) {
    std::vector<Trace> traces;
    if (auto different = all_different(files); !different) return std::unexpected(different.error());
    for (const std::string& file : files) {
        auto text = read(file);
        if (!text) return std::unexpected(text.error());
        auto trace = trace_from_json(*text);
        if (!trace) return std::unexpected(pier::quoted(file) + ": " + trace.error());
        traces.push_back(std::move(*trace));
    }
    return merge(std::move(traces));
}

}  // namespace

std::expected<Trace, std::string> trace(const TraceOptions& options) {
    if (options.files.empty()) return observe(options);
    return read_and_merge_traces(options.files);
}

}  // namespace compare
