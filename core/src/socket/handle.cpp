#include <pier/detail/handle.hpp>

#include <pier/loop.hpp>

namespace pier::spi {

void Handle::close() noexcept {
    if (Loop* loop = std::exchange(loop_, nullptr)) loop->close(*std::exchange(descriptor_, nullptr));
}

void Handle::require_here() const noexcept { loop_->require_here(); }

}  // namespace pier::spi
