#include <pier/cli/run.hpp>

#include <pier/cli/program.hpp>
#include <pier/stop.hpp>
#include <pier/task/race.hpp>

#include <string>
#include <variant>

namespace pier {
namespace {

constexpr int interrupted_status = 130;

Task<int> run(const std::function<Task<int>()>& work) {
    // Where requests can't be had, an interrupt ends the process as it ends any other.
    auto requests = StopRequests::open();
    if (!requests) co_return co_await work();
    auto first = co_await race(work(), (*requests)->wait());
    if (first.index() == 1) co_return interrupted_status;
    co_return std::get<0>(first);
}

}  // namespace

int run_until_stopped(std::string_view program, const EngineInfo& engine, std::function<Task<int>()> work) {
    auto loop = Loop::create(engine);
    if (!loop) return complain(program, "starting engine " + std::string(engine.name), loop.error());
    return (*loop)->run(run(work));
}

}  // namespace pier
