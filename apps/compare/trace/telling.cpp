// An engine's steps for the runner, as they happen: what hangs or crashes is told up to there.
#include "run/child.hpp"
#include "trace/trace_json.hpp"
#include "trace/trace_terms.hpp"

#include <pier/sys/clock.hpp>
#include <pier/tool/trace.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace compare {
namespace {

struct Teller {
    std::string_view engine;
    std::thread::id here;
    pier::Time began;
    std::size_t steps = 0;  // by one thread at a time
};

Teller& teller() {
    static Teller only;
    return only;
}

void tell(const pier::spi::TraceStep& told) {
    if (++teller().steps > most_steps) return;
    Step step = step_of(told, teller().engine);
    const auto since = std::chrono::duration_cast<std::chrono::microseconds>(told.time - teller().began);
    step.microseconds = since.count();
    if (std::this_thread::get_id() != teller().here) step.side = "peer";
    // Nobody reads any more: the runner has gone.
    if (!print_line(compare::step, to_line(step))) std::_Exit(1);
}

}  // namespace

pier::EngineInfo telling(const pier::EngineInfo& engine) {
    teller() = {engine.name, std::this_thread::get_id(), pier::sys::now(), 0};
    pier::spi::trace_to(tell);
    return pier::spi::traced(engine);
}

std::size_t untold() noexcept { return teller().steps - std::min(teller().steps, most_steps); }

}  // namespace compare
