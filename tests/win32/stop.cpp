// The event by which a process without a console is stopped.
#include "socket/winsock.hpp"

#include <pier/sys/stop.hpp>

#include <doctest/doctest.h>

#include <string>

namespace {

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
