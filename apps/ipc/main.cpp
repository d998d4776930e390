// Moves data between two processes by each way that the system has, checks it, and says how fast it goes.
#include "options.hpp"
#include "program.hpp"
#include "report/json.hpp"
#include "report/table.hpp"
#include "run/child.hpp"
#include "run/clean.hpp"
#include "run/measure.hpp"

#include <pier/cli/program.hpp>
#include <pier/cli/progress.hpp>
#include <pier/loop.hpp>
#include <pier/stop.hpp>
#include <pier/sys/console.hpp>

#include <vector>

namespace {

using namespace ipc;

constexpr int interrupted_status = 130;

pier::Task<std::vector<KindReport>> measure_kinds(const Options& options) {
    // Without it an interrupt ends this process, and with it the other one.
    auto requests = pier::StopRequests::open();
    pier::Progress progress(options.kinds.size(), pier::sys::is_terminal(pier::sys::StandardStream::error));
    std::vector<KindReport> reports;
    for (const Kind* kind : options.kinds) {
        progress.begin(options.engine->name, kind->name);
        auto report = co_await measure(*kind, options, requests ? requests->get() : nullptr);
        reports.push_back(std::move(report));
        if (reports.back().interrupted) break;
    }
    co_return reports;
}

// Its exit status.
int tell(const Options& options, const std::vector<KindReport>& reports) {
    const Waiting waiting{.engine = options.engine->name, .busy_poll = options.busy_poll};
    const std::string text = options.json ? json(reports, waiting) : table(reports, waiting);
    int status = pier::print(program, text) ? 0 : 1;
    for (const KindReport& report : reports) {
        if (report.fault.empty()) continue;
        pier::say(program, std::string(report.kind->name).append(": ").append(report.fault));
        if (status != interrupted_status) status = report.interrupted ? interrupted_status : 1;
    }
    return status;
}

}  // namespace

int main(int argc, char** argv) {
    if (const auto status = run_as_child(argc, argv)) return *status;
    const auto options = parse_options(argc, argv);
    if (!options) return options.error();
    if (options->clean) return clean(*options);
    auto loop = pier::Loop::create(*options->engine);
    if (!loop) {
        return pier::complain(program, "starting engine " + std::string(options->engine->name), loop.error());
    }
    (*loop)->set_busy_poll(options->busy_poll);
    return tell(*options, (*loop)->run(measure_kinds(*options)));
}
