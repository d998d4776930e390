// Signals that only Windows has in this way: the event of terminate, and what can't be sent.
#include "socket/winsock.hpp"

#include <pier/signal.hpp>
#include <pier/sys/signal.hpp>

#include <doctest/doctest.h>

#include <atomic>

namespace {

using pier::Errc;
using pier::Signal;

struct Counter : pier::sys::SignalListener {
    Counter() {
        told = [](SignalListener& self) noexcept { ++static_cast<Counter&>(self).times; };
    }
    std::atomic<int> times{0};
};

template <class T>
Errc outcome(const pier::Result<T>& result) {
    return result ? Errc::ok : result.error().condition;
}

}  // namespace

TEST_CASE("signal: terminate is an event that others may set, and nothing else can be sent") {
    struct Waiting : pier::sys::SignalListener {
        HANDLE came = ::CreateEventW(nullptr, FALSE, FALSE, nullptr);
    } waiting;
    REQUIRE(waiting.came != nullptr);
    waiting.told = [](pier::sys::SignalListener& self) noexcept { ::SetEvent(static_cast<Waiting&>(self).came); };
    CHECK(outcome(pier::sys::add(waiting, Signal::terminate)) == Errc::ok);
    CHECK(outcome(pier::send_signal(::GetCurrentProcessId(), Signal::terminate)) == Errc::ok);
    CHECK(::WaitForSingleObject(waiting.came, 60'000) == WAIT_OBJECT_0);
    pier::sys::remove(waiting, Signal::terminate);
    ::CloseHandle(waiting.came);
    for (const Signal signal : {Signal::interrupt, Signal::hang_up, Signal::child_ended, Signal::user_1}) {
        CHECK(outcome(pier::send_signal(::GetCurrentProcessId(), signal)) == Errc::not_supported);
    }
    // A number of a process is a multiple of four.
    CHECK(outcome(pier::send_signal(0x7FFF'FFFF, Signal::terminate)) == Errc::no_such_process);
}

TEST_CASE("signal: listeners come and go in any order, and each is told while it is there") {
    Counter first;
    Counter second;
    Counter third;
    for (Counter* each : {&first, &second, &third}) {
        CHECK(outcome(pier::sys::add(*each, Signal::interrupt)) == Errc::ok);
    }
    CHECK(outcome(pier::raise_signal(Signal::interrupt)) == Errc::ok);
    pier::sys::remove(second, Signal::interrupt);
    CHECK(outcome(pier::raise_signal(Signal::interrupt)) == Errc::ok);
    pier::sys::remove(third, Signal::interrupt);
    CHECK(outcome(pier::raise_signal(Signal::interrupt)) == Errc::ok);
    pier::sys::remove(first, Signal::interrupt);
    CHECK(first.times == 3);
    CHECK(second.times == 1);
    CHECK(third.times == 2);
    // The end of a child ends nothing, with or without somebody who hears it.
    CHECK(outcome(pier::raise_signal(Signal::child_ended)) == Errc::ok);
    CHECK(outcome(pier::raise_signal(Signal::user_2)) == Errc::not_supported);
}
