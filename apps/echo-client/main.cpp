// Talks to an echo server over any number of connections, or of UDP sockets, checks every byte, and says how fast it
// went.
#include "conversation.hpp"
#include "datagrams.hpp"
#include "options.hpp"
#include "summary.hpp"

#include <pier/cli/program.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>

#include <chrono>
#include <cstdio>
#include <utility>

namespace {

using namespace echo_client;

pier::Task<bool> talk(const Options& options, std::uint64_t number, Tally& tally) {
    if (options.udp) {
        DatagramConversation conversation(options, number, tally);
        co_return co_await conversation.run();
    }
    Conversation conversation(options, number, tally);
    co_return co_await conversation.run();
}

// The first failure ends the others. (The result has a name because GCC 12 misplaces the frame of a coroutine that
// awaits in a condition and has no variable beside it.)
pier::Task<void> talk_and_tell(const Options& options, std::uint64_t number, Tally& tally, pier::TaskScope& all) {
    const bool good = co_await talk(options, number, tally);
    if (!good) all.cancel();
}

pier::Task<void> run(Options& options, Tally& tally) {
    auto found = co_await options.server.resolve(pier::after(options.timeout));
    if (!found) {
        tally.failed = true;
        pier::complain(program, "finding " + options.server.to_string(), found.error());
        co_return;
    }
    options.addresses = std::move(*found);
    if (pier::this_loop().traits().one_at_a_time) {
        for (std::uint64_t i = 0; i < options.connections; ++i) {
            const bool good = co_await talk(options, i, tally);
            if (!good) co_return;
        }
        co_return;
    }
    pier::TaskScope all;
    for (std::uint64_t i = 0; i < options.connections; ++i) all.spawn(talk_and_tell(options, i, tally, all));
    (void)co_await all.join();
}

}  // namespace

int main(int argc, char** argv) {
    auto parsed = parse_options(argc, argv);
    if (!parsed) return parsed.error();
    Options& options = *parsed;
    auto loop = pier::Loop::create(*options.engine);
    if (!loop) return pier::complain(program, "starting engine " + std::string(options.engine->name), loop.error());
    Tally tally;
    const auto begun = std::chrono::steady_clock::now();
    (*loop)->run(run(options, tally));
    const auto elapsed = std::chrono::steady_clock::now() - begun;
    if (tally.failed) {
        std::fflush(stdout);
        return 1;
    }
    return pier::print(program, summary(options, tally, elapsed)) ? 0 : 1;
}
