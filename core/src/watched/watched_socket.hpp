// A socket of core's own that no engine reads: it is tried, and waited for by a Watch.
#pragma once

#include "watched/try_when.hpp"

#include <pier/detail/wait_awaiter.hpp>
#include <pier/spi/limits.hpp>
#include <pier/spi/socket.hpp>
#include <pier/watch.hpp>

#include <utility>

namespace pier::spi {

// Shared by its handle and by those that wait: the socket is closed behind the last wait.
struct WatchedSocket {
    WatchedSocket(Accepted owned, Watch watching) noexcept : socket(std::move(owned)), watch(std::move(watching)) {}

    [[nodiscard]] NativeSocket native() const noexcept { return socket.socket(); }
    // A task that never has to wait gives way to others now and then. The wait does so, and sees that the deadline has
    // come.
    [[nodiscard]] bool has_to_wait() noexcept { return ++tries % limits::inline_operations == 0; }
    [[nodiscard]] WaitAwaiter wait(Until what, Deadline until) const noexcept {
        return {until, watch, what == Until::writable};
    }
    [[nodiscard]] bool is_open() const noexcept { return watch.valid(); }

    Accepted socket;
    Watch watch;  // goes before the socket is closed
    unsigned tries = 0;
};

}  // namespace pier::spi
