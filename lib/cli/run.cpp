#include <pier/cli/run.hpp>

#include <pier/cli/program.hpp>
#include <pier/stop.hpp>
#include <pier/task/race.hpp>

#include <string>
#include <utility>
#include <variant>

namespace pier {
namespace {

constexpr int interrupted_status = 130;

Task<void> keep(Task<int> work, int& status) { status = co_await std::move(work); }

Task<int> run(const std::function<Task<int>()>& work) {
    int status = 0;
    Task<void> kept = keep(work(), status);
    const bool stopped = co_await run_or_stop(std::move(kept));
    co_return stopped ? interrupted_status : status;
}

}  // namespace

Task<bool> run_or_stop(Task<void> work) {
    auto requests = StopRequests::open();
    if (!requests) {
        co_await std::move(work);
        co_return false;
    }
    const auto first = co_await race(std::move(work), (*requests)->wait());
    co_return first.index() == 1;
}

int run_until_stopped(std::string_view program, const EngineInfo& engine, std::function<Task<int>()> work) {
    auto loop = Loop::create(engine);
    if (!loop) return complain(program, "starting engine " + std::string(engine.name), loop.error());
    return (*loop)->run(run(work));
}

}  // namespace pier
