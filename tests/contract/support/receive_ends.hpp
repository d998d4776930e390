// How a receive ends that nothing comes to: of sockets that core waits for by a Watch, and of taps.
#pragma once

#include "harness.hpp"

#include <array>
#include <cstddef>

namespace contract {

template <class Socket>
Task<void> expect_end(const Socket& socket, pier::Deadline deadline, Errc expected, bool& ended) {
    if constexpr (requires { socket.receive(deadline); }) {
        const auto came = co_await socket.receive(deadline);
        CHECK(outcome(came) == expected);
    } else {
        std::array<std::byte, 64> buffer{};
        const auto came = co_await socket.receive(buffer, deadline);
        CHECK(outcome(came) == expected);
    }
    ended = true;
}

// At its deadline, by a cancel, and when the socket is closed, which it is afterwards.
template <class Socket>
Task<void> expect_receives_to_end(Socket& socket) {
    bool ended = false;
    co_await expect_end(socket, after(1ms), Errc::timed_out, ended);
    CHECK(ended);
    if (one_at_a_time()) co_return;
    pier::TaskScope scope;
    ended = false;
    scope.spawn(expect_end(socket, limit(), Errc::operation_canceled, ended));
    co_await turns();
    scope.cancel();
    auto joined = co_await scope.join(limit());
    CHECK(outcome(joined) == Errc::ok);
    CHECK(ended);
    pier::TaskScope closing;
    ended = false;
    closing.spawn(expect_end(socket, limit(), Errc::operation_canceled, ended));
    co_await turns();
    socket.close();
    CHECK_FALSE(socket.valid());
    joined = co_await closing.join(limit());
    CHECK(outcome(joined) == Errc::ok);
    CHECK(ended);
    co_await expect_end(socket, limit(), Errc::not_connected, ended);
}

}  // namespace contract
