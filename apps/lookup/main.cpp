// Asks the system's resolver of names: names to addresses, addresses to names, services to ports.
#include "options.hpp"
#include "work.hpp"

#include <pier/cli/program.hpp>
#include <pier/loop.hpp>
#include <pier/stop.hpp>
#include <pier/task/race.hpp>

#include <string>
#include <variant>

namespace {

using namespace lookup;

constexpr int interrupted_status = 130;

pier::Task<int> run(const Options& options) {
    // Where requests can't be had, an interrupt ends the process as it ends any other.
    auto requests = pier::StopRequests::open();
    if (!requests) co_return co_await work(options);
    auto first = co_await pier::race(work(options), (*requests)->wait());
    if (first.index() == 1) co_return interrupted_status;
    co_return std::get<0>(first);
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = parse_options(argc, argv);
    if (!options) return options.error();
    auto loop = pier::Loop::create(*options->engine);
    if (!loop) {
        return pier::complain(program, "starting engine " + std::string(options->engine->name), loop.error());
    }
    return (*loop)->run(run(*options));
}
