// A socket of core's own that no engine reads: it is tried, and waited for by a Watch.
#pragma once

#include <pier/detail/wait_awaiter.hpp>
#include <pier/spi/limits.hpp>
#include <pier/spi/socket.hpp>
#include <pier/task.hpp>
#include <pier/watch.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace pier::spi {

// Shared by its handle and by those that wait: the socket is closed behind the last wait.
struct WatchedSocket {
    WatchedSocket(Accepted owned, Watch watching) noexcept : socket(std::move(owned)), watch(std::move(watching)) {}

    [[nodiscard]] NativeSocket native() const noexcept { return socket.socket(); }
    // A task that never has to wait gives way to others now and then. The wait does so, and sees that the deadline has
    // come.
    [[nodiscard]] bool has_to_wait() noexcept { return ++tries % limits::inline_operations == 0; }

    Accepted socket;
    Watch watch;  // goes before the socket is closed
    unsigned tries = 0;
};

enum class Until : std::uint8_t { readable, writable };

// Tries until `attempt()` gives something. It gives a Result, of which operation_would_block means to wait, or nothing,
// which means to try again at once. Errors besides its own: timed_out, operation_canceled. Both references have to live
// until it ends.
template <class T, class Attempt>
Task<Result<T>> try_when(WatchedSocket& on, Until what, Deadline deadline, Attempt& attempt) {
    const Deadline until = absolute(deadline);
    for (;;) {
        if (!on.has_to_wait()) {
            std::optional<Result<T>> result = attempt();
            if (!result) continue;
            if (*result || result->error() != Errc::operation_would_block) co_return std::move(*result);
        }
        WaitAwaiter waiting(until, on.watch, what == Until::writable);
        const auto ready = co_await waiting;
        if (!ready && ready.error() == Errc::timed_out && on.watch.valid()) {
            // An engine may end a wait whose time has come without a look at the socket.
            std::optional<Result<T>> last = attempt();
            if (last && (*last || last->error() != Errc::operation_would_block)) co_return std::move(*last);
        }
        if (!ready) co_return fail(ready.error());
        if (!on.watch.valid()) co_return fail(Errc::operation_canceled);
    }
}

}  // namespace pier::spi
