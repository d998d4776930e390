#include <pier/detail/handle.hpp>

#include <pier/loop.hpp>
#include <pier/sys/socket.hpp>

namespace pier::spi {

void Handle::close() noexcept {
    if (Loop* loop = std::exchange(loop_, nullptr)) loop->close(*std::exchange(descriptor_, nullptr));
}

Result<void> Handle::set(Option option, int value) const {
    if (descriptor_ == nullptr) return fail(Errc::not_connected);
    require_here();
    return sys::set_option(descriptor_->socket, option, value);
}

Result<int> Handle::get(Option option) const {
    if (descriptor_ == nullptr) return fail(Errc::not_connected);
    require_here();
    return sys::get_option(descriptor_->socket, option);
}

void Handle::require_here() const noexcept { loop_->require_here(); }

}  // namespace pier::spi
