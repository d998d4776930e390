#include "trace/trace.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace compare {
namespace {

constexpr StepWord words[] = {
    {"attached", "The engine has taken the socket over."},
    {"started", "A task wants an operation, and sleeps until it has ended."},
    {"tried", "A system call is made that never blocks: it does the work now, or says that it would have to wait."},
    {"would block", "The call had nothing to do yet. A readiness engine now has to wait until the socket is ready."},
    {"armed", "The engine tells the system which events of this socket it wants to hear of."},
    {"disarmed", "The engine takes back what it does not want to hear of any more."},
    {"submitted", "The operation is handed over, with its buffer; a multishot entry only once. Its end is waited for."},
    {"waited", "The loop asks the system for news. Here it sleeps when there is nothing else to do."},
    {"event", "News of a readiness engine: the operation can be tried now. Nothing has been transferred yet."},
    {"completion", "News of a completion engine: the operation has been done, the bytes are in the buffer."},
    {"moved", "A piece of a larger transfer is done, and the rest goes on."},
    {"completed", "The operation has ended, and its task goes on."},
    {"cancel", "The engine is asked to end the operation early."},
    {"released", "The task is done with the socket, and the engine closes it."},
};

std::set<std::string> systems_of(const Trace& trace) {
    std::set<std::string> names;
    for (const TraceLane& lane : trace.lanes) names.insert(lane.column.system);
    for (const Absent& absent : trace.absent) names.insert(absent.column.system);
    return names;
}

void rename(Trace& trace, const std::string& from, const std::string& to) {
    for (TraceLane& lane : trace.lanes) {
        if (lane.column.system == from) lane.column.system = to;
    }
    for (Absent& absent : trace.absent) {
        if (absent.column.system == from) absent.column.system = to;
    }
}

}  // namespace

std::span<const StepWord> step_words() noexcept { return words; }

std::vector<TraceSide> sides(const TraceLane& lane) {
    std::vector<TraceSide> all;
    for (const Step& step : lane.steps) {
        auto side = std::ranges::find(all, step.side, &TraceSide::name);
        if (side == all.end()) side = all.insert(side, {step.side, {}});
        side->steps.push_back(&step);
    }
    std::ranges::sort(all, {}, &TraceSide::name);
    return all;
}

std::string sentence(const Step& step) {
    std::string text = step.operation.empty() ? step.what : step.operation + ": " + step.what;
    if (!step.detail.empty()) text += (step.operation.empty() ? ": " : ", ") + step.detail;
    return text;
}

std::expected<Trace, std::string> merge(std::vector<Trace> traces) {
    Trace all = std::move(traces.front());
    for (Trace& trace : std::span(traces).subspan(1)) {
        if (trace.probe != all.probe) {
            return std::unexpected("one trace is of " + all.probe + ", another of " + trace.probe);
        }
        const std::set<std::string> taken = systems_of(all);
        for (const std::string& system : systems_of(trace)) {
            if (!taken.contains(system)) continue;
            int number = 2;
            auto name = [&] { return system + " " + std::to_string(number); };
            while (taken.contains(name()) || systems_of(trace).contains(name())) ++number;
            rename(trace, system, name());
        }
        std::ranges::move(trace.lanes, std::back_inserter(all.lanes));
        std::ranges::move(trace.absent, std::back_inserter(all.absent));
    }
    return all;
}

}  // namespace compare
