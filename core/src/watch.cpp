#include <pier/watch.hpp>

namespace pier {

Result<Watch> Watch::open(NativeSocket socket) {
    Loop& loop = this_loop();
    auto attached = loop.attach(spi::Accepted(socket), spi::SocketKind::foreign);
    if (!attached) return fail(attached.error());
    Watch watch;
    watch.loop_ = &loop;
    watch.descriptor_ = *attached;
    return watch;
}

void Watch::close() noexcept {
    if (descriptor_ != nullptr) loop_->close(*std::exchange(descriptor_, nullptr));
}

}  // namespace pier
