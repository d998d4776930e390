// The timer that ends alertable waits.
#include "engine/short_wait.hpp"

#include <pier/sys/clock.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace std::chrono_literals;
using pier::win32::ShortWait;

namespace {

// How a wait that nothing else ends has ended, within a minute.
DWORD wait_alertably() {
    HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
    REQUIRE(event != nullptr);
    const DWORD answer = ::WaitForSingleObjectEx(event, 60'000, TRUE);
    ::CloseHandle(event);
    return answer;
}

}  // namespace

TEST_CASE("short wait: a near time ends an alertable wait, and not early") {
    ShortWait wait;
    for (auto span : {200us, 1000us, 5000us}) {
        const pier::Time until = pier::sys::now() + span;
        // The clocks may differ by a little, so the loop comes again, as an engine's does.
        int rounds = 0;
        for (; pier::sys::now() < until && rounds < 100; ++rounds) {
            if (wait.begin(until) == ShortWait::Mode::plain) break;
            CHECK(wait_alertably() == WAIT_IO_COMPLETION);
            wait.interrupted();
        }
        CHECK(pier::sys::now() >= until);
    }
}

TEST_CASE("short wait: the timer calls the thread that waits now") {
    ShortWait wait;
    const pier::Time until = pier::sys::now() + 30ms;
    const bool here = wait.begin(until) == ShortWait::Mode::alertable;
    std::thread([&] {
        if (wait.begin(until) == ShortWait::Mode::alertable) CHECK(wait_alertably() == WAIT_IO_COMPLETION);
    }).join();
    CHECK(pier::sys::now() >= (here ? until : pier::Time::min()));
}

TEST_CASE("short wait: what is past, far or never needs none") {
    ShortWait wait;
    CHECK_FALSE(wait.begin(pier::Time::min()));
    CHECK_FALSE(wait.begin(pier::sys::now()));
    CHECK_FALSE(wait.begin(pier::sys::now() + 1h));
    CHECK_FALSE(wait.begin(pier::never));
}
