// Listeners of signals, which are told here as the console would tell them.
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
