// The event by which a process without a console is stopped.
#include "socket/winsock.hpp"

#include <pier/signal.hpp>
#include <pier/sys/signal.hpp>
#include <pier/sys/stop.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

using pier::Errc;
using pier::Signal;

template <class T>
Errc outcome(const pier::Result<T>& result) {
    return result ? Errc::ok : result.error().condition;
}

std::wstring event_name() { return L"Local\\pier-stop-" + std::to_wstring(::GetCurrentProcessId()); }

}  // namespace

TEST_CASE("stop: an event that somebody else has made is not taken for ours") {
    auto handler = [](void* context) noexcept { ::SetEvent(*static_cast<HANDLE*>(context)); };
    HANDLE told = ::CreateEventW(nullptr, FALSE, FALSE, nullptr);
    REQUIRE(told != nullptr);
    HANDLE foreign = ::CreateEventW(nullptr, TRUE, FALSE, event_name().c_str());
    REQUIRE(foreign != nullptr);
    auto refused = pier::sys::on_stop_request(handler, &told);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().condition == pier::Errc::permission_denied);
    CHECK(refused.error().native == ERROR_ALREADY_EXISTS);
    ::CloseHandle(foreign);

    // Once the name is free the same call succeeds, and the event tells.
    auto accepted = pier::sys::on_stop_request(handler, &told);
    REQUIRE(accepted.has_value());
    HANDLE own = ::OpenEventW(EVENT_MODIFY_STATE, FALSE, event_name().c_str());
    REQUIRE(own != nullptr);
    ::SetEvent(own);
    CHECK(::WaitForSingleObject(told, 60'000) == WAIT_OBJECT_0);
    ::CloseHandle(own);
    auto none = pier::sys::on_stop_request(nullptr, nullptr);
    CHECK(none.has_value());
    ::CloseHandle(told);
}

// Behind the case above, which wants to be the first to ask for the event: the process keeps it.
TEST_CASE("stop: terminate is that event, which others may set, and nothing else can be sent") {
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
