// For console.py: says what comes from the standard input and from who wants the process to stop, by one engine.
//   pier-test-console ENGINE
#include "../../alloc/counter.hpp"

#include <pier/process/line_input.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>
#include <pier/stop.hpp>
#include <pier/sys/process.hpp>

#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

void say(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
}

pier::Task<void> read_lines() {
    pier::LineInput input;
    for (;;) {
        // Without memory nothing is lost: the next call gives what this one would have.
        pier::Result<std::optional<std::string>> line = pier::fail(pier::Errc::not_enough_memory);
        try {
            line = co_await input.next();
        } catch (const std::bad_alloc&) {
        }
        if (!line && line.error() == pier::Errc::not_enough_memory) {
            std::puts("shortage");
            continue;
        }
        if (!line) {
            say("input: " + std::string(line.error().message()));
            co_return;
        }
        if (!*line) {
            say("end");
            co_return;
        }
        if ((*line)->starts_with("refuse ")) {
            if (!alloc::counts()) say("uncounted");
            alloc::refuse(std::strtoull((*line)->c_str() + 7, nullptr, 10));
        }
        std::printf("line %zu %.100s\n", (*line)->size(), (*line)->c_str());
        std::fflush(stdout);
        if (**line == "deadline") {
            auto late = co_await input.next(pier::after(std::chrono::milliseconds(20)));
            say(late ? "line instead of a deadline" : std::string(late.error().message()));
        }
    }
}

pier::Task<int> run() {
    auto requests = pier::StopRequests::open();
    if (!requests) {
        say("stop: " + std::string(requests.error().message()));
        co_return 1;
    }
    auto second = pier::StopRequests::open();
    if (second || second.error() != pier::Errc::already_in_progress) say("a second one was made");
    pier::TaskScope scope;
    scope.spawn(read_lines());
    say("ready");
    auto came = co_await (*requests)->wait();
    say(came ? "stop" : "no stop");
    scope.cancel();
    (void)co_await scope.join();
    co_return 0;
}

}  // namespace

int main(int argc, char** argv) {
    pier::sys::prepare_process();
    auto loop = pier::Loop::create(argc > 1 ? argv[1] : "");
    if (!loop) {
        std::fprintf(stderr, "no loop: %s\n", describe(loop.error()).c_str());
        return 1;
    }
    return (*loop)->run(run());
}
