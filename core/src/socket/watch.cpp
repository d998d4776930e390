#include <pier/watch.hpp>

#include "operation/operation_tests.hpp"

#include <cstdint>
#include <new>

namespace pier {

// Mechanisms that go by a socket's number tell one watcher of it, so this is refused on all, and before somebody waits.
Result<spi::Descriptor*> Loop::attach_foreign(NativeSocket socket) {
    try {
        auto [place, is_new] = foreign_.try_emplace(socket, nullptr);
        if (!is_new) return fail(Errc::already_in_progress);
        auto attached = attach(spi::Accepted(socket), spi::SocketKind::foreign);
        if (attached) {
            place->second = *attached;
        } else {
            foreign_.erase(place);
        }
        return attached;
    } catch (const std::bad_alloc&) {
        return fail(Errc::not_enough_memory);
    }
}

// A socket of ours has the number of a foreign one, whose owner has closed it then. Its waits end here, and before the
// new one is registered: by the number they would take its registration away.
void Loop::lose_foreign(NativeSocket socket) noexcept {
    auto found = foreign_.find(socket);
    if (found == foreign_.end()) return;
    spi::Descriptor& d = *found->second;
    foreign_.erase(found);
    d.lost = true;
    end_waiting(d, not_a_socket);
    for (spi::Lane& lane : d.lanes) {
        if (lane.first != nullptr) cancel(*lane.first);
    }
    engine_->lost(d);
}

Result<Watch> Watch::open(NativeSocket socket) {
    // No system has a socket with a negative number, and poll() never answers for one.
    if (static_cast<std::intptr_t>(socket) < 0) return fail(Errc::invalid_argument);
    Loop& loop = this_loop();
    auto attached = loop.attach_foreign(socket);
    if (!attached) return fail(attached.error());
    return Watch(loop, **attached);
}

}  // namespace pier
