// Carries standard input and output over a connection, as netcat does.
#include "connect.hpp"
#include "listen.hpp"
#include "options.hpp"
#include "scan.hpp"

#include <pier/cli/program.hpp>
#include <pier/loop.hpp>
#include <pier/stop.hpp>
#include <pier/task/race.hpp>

#include <string>
#include <variant>

namespace {

using namespace nc;

constexpr int interrupted_status = 130;

pier::Task<int> work(const Options& options) {
    if (options.mode == Mode::listen) return listen(options);
    if (options.mode == Mode::scan) return scan(options);
    return connect(options);
}

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
    if (options->engine->one_at_a_time && options->mode != Mode::scan) {
        pier::say(program, "the " + std::string(options->engine->name) +
                               " engine does one thing at a time, and a conversation has two directions; it can scan");
        return 2;
    }
    auto loop = pier::Loop::create(*options->engine);
    if (!loop) {
        return pier::complain(program, "starting engine " + std::string(options->engine->name), loop.error());
    }
    return (*loop)->run(run(*options));
}
