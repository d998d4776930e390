#include <pier/detail/watched_handle.hpp>

#include "watched/watched_socket.hpp"

namespace pier::spi {

void WatchedHandle::close() noexcept {
    if (socket_ == nullptr) return;
    socket_->watch.close();
    socket_.reset();
}

NativeSocket WatchedHandle::native_handle() const noexcept {
    return socket_ != nullptr ? socket_->native() : no_socket;
}

}  // namespace pier::spi
