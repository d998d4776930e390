// What wakes a thread that waits by select: a socket, since select knows nothing else here.
#pragma once

#include "socket/winsock.hpp"

#include <pier/result.hpp>

#include <atomic>

namespace pier::win32 {

// A datagram socket connected to itself. One thread waits for socket() to become readable, any thread wakes it.
class Wake {
public:
    // Errors: what opening, binding and connecting a socket say.
    [[nodiscard]] static Result<Wake> make();
    Wake(Wake&& other) noexcept : socket_(std::move(other.socket_)), rung_(other.rung_.load()) {}
    Wake& operator=(Wake&&) = delete;

    [[nodiscard]] SOCKET socket() const noexcept { return native(socket_.socket()); }
    void wake() noexcept;
    // After the socket was seen readable; a wake from then on counts for the next wait.
    void drain() noexcept;

private:
    explicit Wake(spi::Accepted socket) noexcept : socket_(std::move(socket)) {}

    spi::Accepted socket_;
    std::atomic<bool> rung_{false};
};

}  // namespace pier::win32
