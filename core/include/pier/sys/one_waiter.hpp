// Waiting for one socket: what the blocking engine stands on.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>
#include <pier/spi/socket.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <memory>

namespace pier::sys {

using spi::NativeSocket;

enum class Readiness : std::uint8_t { input, output, urgent_data };

// Waits for one socket: the whole mechanism of the blocking engine. Confined to one thread but for wake().
class OneWaiter {
public:
    virtual ~OneWaiter() = default;
    // Blocks until the socket is ready in that way (true), or `until` came or wake() was called (false). With
    // no_socket it only sleeps. An error on the socket counts as ready: the next attempt reports it.
    [[nodiscard]] virtual Result<bool> wait(NativeSocket socket, Readiness readiness, Time until) = 0;
    // As Engine::wake().
    virtual void wake() noexcept = 0;
};
[[nodiscard]] Result<std::unique_ptr<OneWaiter>> make_one_waiter();

}  // namespace pier::sys
