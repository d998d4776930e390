#include <pier/socket/stop_receiving.hpp>

#include <pier/sys/socket/stop_receiving.hpp>

namespace pier {

// The loop answers receives from now on, as after the peer's end: the systems don't agree on what they would say.
Result<void> stop_receiving(const Stream& stream) {
    if (!stream.valid()) return fail(Errc::not_connected);
    stream.loop()->require_here();
    spi::Lane& lane = stream.descriptor()->lane(spi::Direction::read);
    if (lane.first != nullptr) return fail(Errc::already_in_progress);
    if (lane.ended) return {};
    if (auto done = sys::shutdown_receive(stream.native_handle()); !done) return done;
    lane.ended = lane.settled = true;
    return {};
}

}  // namespace pier
