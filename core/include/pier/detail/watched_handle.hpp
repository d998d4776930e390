// What an app holds of a socket that core tries itself and waits for by a Watch, whatever the engine is.
#pragma once

#include <pier/result.hpp>
#include <pier/socket/options.hpp>
#include <pier/spi/socket.hpp>

#include <memory>
#include <utility>

namespace pier::spi {

struct WatchedSocket;

// The base of such handles: move-only, and closes what it holds. Confined to its loop's thread.
class WatchedHandle {
public:
    WatchedHandle() = default;
    WatchedHandle(WatchedHandle&&) noexcept = default;
    // Closes what it held before, at once.
    WatchedHandle& operator=(WatchedHandle&& other) noexcept {
        WatchedHandle moved(std::move(other));
        std::swap(socket_, moved.socket_);
        return *this;
    }

    // As Datagram's: option::time_to_live, dont_fragment, receive_buffer and so on. Errors: not_connected when nothing
    // is held; as there.
    template <option::Settable TypedOption>
    [[nodiscard]] Result<void> set(const TypedOption& option) const {
        if (!valid()) return fail(Errc::not_connected);
        return option::write(native_handle(), SocketKind::datagram, TypedOption::id,
                             option::detail::to_raw(option.value));
    }
    template <option::Readable TypedOption>
    [[nodiscard]] Result<typename TypedOption::Value> get() const {
        if (!valid()) return fail(Errc::not_connected);
        auto read = option::read(native_handle(), SocketKind::datagram, TypedOption::id);
        if (!read) return fail(read.error());
        return option::detail::from_raw<typename TypedOption::Value>(std::move(*read));
    }

    // Ends what waits as operation_canceled.
    void close() noexcept;
    [[nodiscard]] bool valid() const noexcept { return socket_ != nullptr; }
    // As Stream::native_handle(); no_socket when nothing is held.
    [[nodiscard]] NativeSocket native_handle() const noexcept;

protected:
    explicit WatchedHandle(std::shared_ptr<WatchedSocket> socket) noexcept : socket_(std::move(socket)) {}
    ~WatchedHandle() { close(); }

    std::shared_ptr<WatchedSocket> socket_;  // with those that wait: it is closed only behind them
};

}  // namespace pier::spi
