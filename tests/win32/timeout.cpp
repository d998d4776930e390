// Waits that the system's calls can't do in one piece.
#include "engine/timeout.hpp"

#include <pier/sys/clock.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace std::chrono_literals;

TEST_CASE("timeout: a wait that is longer than the longest goes on to its time") {
    HANDLE event = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
    REQUIRE(event != nullptr);
    const pier::Time until = pier::sys::now() + 60ms;
    CHECK_FALSE(pier::win32::wait_for(event, until, 10ms));
    CHECK(pier::sys::now() >= until);
    CHECK_FALSE(pier::win32::wait_for(event, pier::Time::min()));
    ::SetEvent(event);
    CHECK(pier::win32::wait_for(event, pier::never, 10ms));
    CHECK(pier::win32::wait_for(event, pier::Time::min()));
    ::CloseHandle(event);
}
