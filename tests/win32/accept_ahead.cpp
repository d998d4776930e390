// The sockets that a listener of an overlapped engine makes for connections to come.
#include <pier/listener.hpp>
#include <pier/loop.hpp>
#include <pier/task.hpp>

#include <doctest/doctest.h>

#include <windows.h>

#include <chrono>

using namespace std::chrono_literals;

namespace {

DWORD handles() {
    DWORD count = 0;
    REQUIRE(GetProcessHandleCount(GetCurrentProcess(), &count));
    return count;
}

// How many handles an accept that nobody comes for leaves behind.
DWORD left_by_an_accept(std::string_view engine, bool accept_ahead) {
    const pier::EngineInfo* info = pier::find_engine(engine);
    REQUIRE(info != nullptr);
    pier::Loop loop(*info);
    DWORD left = 0;
    auto body = [&]() -> pier::Task<void> {
        auto listener =
            pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4), {.accept_ahead = accept_ahead});
        REQUIRE(listener.has_value());
        const DWORD before = handles();
        auto none = co_await listener->accept(pier::after(1ms));
        REQUIRE_FALSE(none.has_value());
        CHECK(none.error() == pier::Errc::timed_out);
        left = handles() - before;
    };
    loop.run(body());
    return left;
}

}  // namespace

TEST_CASE("accept ahead: without it a listener of the overlapped engines has one call under way") {
    for (std::string_view engine : {"iocp", "overlapped-event", "overlapped-apc"}) {
        CAPTURE(engine);
        const DWORD one = left_by_an_accept(engine, false);
        const DWORD many = left_by_an_accept(engine, true);
        CHECK(many >= one + 7);
    }
}
