// Carries standard input and output over a connection, as netcat does.
#include "connect.hpp"
#include "listen.hpp"
#include "options.hpp"
#include "scan.hpp"

#include <pier/cli/program.hpp>
#include <pier/cli/run.hpp>
#include <pier/task.hpp>

#include <string>

namespace {

using namespace nc;

pier::Task<int> work(const Options& options) {
    if (options.mode == Mode::listen) return listen(options);
    if (options.mode == Mode::scan) return scan(options);
    return connect(options);
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
    return pier::run_until_stopped(program, *options->engine, [&] { return work(*options); });
}
