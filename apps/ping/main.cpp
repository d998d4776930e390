// Asks hosts whether they are there: ICMP echo requests, and what comes back.
#include "options.hpp"
#include "program.hpp"
#include "session.hpp"
#include "trace/trace.hpp"

#include <pier/cli/program.hpp>
#include <pier/cli/run.hpp>
#include <pier/loop.hpp>

namespace {

// An interrupt is how most runs end, and the answers decide on the exit status then, too.
pier::Task<int> run(const ping::Options& options) {
    ping::Session session(options);
    (void)co_await pier::run_or_stop(session.run());
    co_return session.end();
}

}  // namespace

int main(int argc, char** argv) {
    const auto options = ping::parse_options(argc, argv);
    if (!options) return options.error();
    if (options->trace) {
        return pier::run_until_stopped(ping::program, *options->engine, [&] { return ping::trace(*options); });
    }
    auto loop = pier::Loop::create(*options->engine);
    if (!loop) {
        (void)pier::complain(ping::program, "starting the engine", loop.error());
        return 2;
    }
    return (*loop)->run(run(*options));
}
