// The ends of children as a signal, and requests that reach another process.
#include "support.hpp"

#include <pier/signal.hpp>

#include <array>

using namespace process_tests;
using pier::Signal;
using pier::SignalSet;

namespace {

Process start_staying() {
    auto options = helping({"stay"});
    options.input = Redirect::pipe();
    return start(options);
}

Task<void> expect(SignalSet& set, Signal signal) {
    auto came = co_await set.next(after(patience));
    REQUIRE(outcome(came) == Errc::ok);
    CHECK(*came == signal);
}

}  // namespace

TEST_CASE("loop: the end of a child is a signal to each set, also of a child that nobody waits for") {
    auto loop = make_loop();
    auto body = []() -> Task<void> {
        auto set = SignalSet::open({Signal::child_ended, Signal::interrupt});
        auto beside = SignalSet::open({Signal::child_ended});
        REQUIRE(outcome(set) == Errc::ok);
        REQUIRE(outcome(beside) == Errc::ok);
        // One after the other, for POSIX merges them.
        for (int round = 0; round < 3; ++round) {
            pier::PipeEnd input;
            {
                Process child = start_staying();
                input = std::move(child.input());
            }
            auto early = co_await set->next(after(0s));
            CHECK(outcome(early) == Errc::timed_out);
            input.close();
            co_await expect(*set, Signal::child_ended);
            co_await expect(*beside, Signal::child_ended);
        }
        // The signal takes no end from who waits for it.
        Process child = start(helping({"exit", "7"}));
        co_await expect(*set, Signal::child_ended);
        auto end = co_await child.wait(after(patience));
        REQUIRE(outcome(end) == Errc::ok);
        CHECK(end->status == 7);
    };
    loop->run(body());
}

TEST_CASE("loop: a process that has gone while its set was closed is no news") {
    auto loop = make_loop();
    auto body = []() -> Task<void> {
        Process child = start_staying();
        {
            auto set = SignalSet::open({Signal::child_ended});
            REQUIRE(outcome(set) == Errc::ok);
        }
        child.input().close();
        auto end = co_await child.wait(after(patience));
        CHECK(outcome(end) == Errc::ok);
        auto set = SignalSet::open({Signal::child_ended});
        REQUIRE(outcome(set) == Errc::ok);
        auto none = co_await set->next(after(1ms));
        CHECK(outcome(none) == Errc::timed_out);
    };
    loop->run(body());
}

TEST_CASE("signal: a process that waits for terminate is told by another one") {
    auto options = helping({"wait-for-terminate"});
    options.output = Redirect::pipe();
    Process child = start(options);
    std::array<std::byte, 16> text{};
    auto ready = child.output().read(text, after(patience));
    REQUIRE(outcome(ready) == Errc::ok);
    auto sent = pier::send_signal(child.id(), Signal::terminate);
    CHECK(outcome(sent) == Errc::ok);
    auto end = child.wait_here(after(patience));
    REQUIRE(outcome(end) == Errc::ok);
    CHECK(*end == ProcessEnd{ProcessEnd::By::exit, 7});
    // Its number is nobody's now, or another process's that waits for nothing.
    auto late = pier::send_signal(child.id(), Signal::child_ended);
    CHECK(outcome(late) != Errc::ok);
}
