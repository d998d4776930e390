// A program that was started without its standard streams, and makes a loop at once.
#include "../unit/sanitizer.hpp"
#include "child.hpp"
#include "engine.hpp"

#include <pier/process/line_input.hpp>
#include <pier/listener.hpp>
#include <pier/loop.hpp>

#include <doctest/doctest.h>

#include <unistd.h>
#include <chrono>

using namespace std::chrono_literals;
using pier::after;
using pier::Task;

namespace {

// 0, or which step went wrong.
Task<int> use_the_loop() {
#if !PIER_TEST_THREAD_SANITIZER  // it ends a forked child of several threads that starts one, as the input does
    pier::LineInput input;
    const auto line = co_await input.next(after(5s));
    if (!line) co_return 2;
    if (*line) co_return 3;
#endif
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return 4;
    auto client = co_await pier::Stream::connect(listener->local(), after(5s));
    if (!client) co_return 5;
    auto server = co_await listener->accept(after(5s));
    co_return server ? 0 : 6;
}

}  // namespace

TEST_CASE("streams: without standard streams the input has ended, and nothing of a loop takes their numbers") {
    posix::Child child([] {
        for (int stream : {0, 1, 2}) close(stream);
        auto loop = pier::Loop::create(posix::engine());
        if (!loop) return 1;
        const int failed = (*loop)->run(use_the_loop());
        loop->reset();
        return failed;
    });
    CHECK(child.status() == 0);
}
