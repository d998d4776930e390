#include <pier/socket/duplicate.hpp>

#include <pier/sys/socket/duplicate.hpp>

#include <utility>

namespace pier {

Result<Stream> duplicate(const Stream& stream) {
    if (!stream.valid()) return fail(Errc::not_connected);
    Loop& loop = *stream.loop();
    loop.require_here();
    spi::Descriptor& original = *stream.descriptor();
    if (original.busy()) return fail(Errc::already_in_progress);
    if (original.failure.condition != Errc::ok) return fail(original.failure);
    if (original.lane(spi::Direction::read).poisoned) return fail(Errc::receive_cut_short);
    if (original.lane(spi::Direction::write).poisoned) return fail(Errc::broken_pipe);
    auto socket = sys::duplicate_for(loop.engine_name(), original.socket);
    if (!socket) return fail(socket.error());
    Accepted owned(*socket, original.peer);
    // What is received ahead of time for one copy would be missing from the other one: nothing is received but by
    // tries.
    if (auto kept = loop.keep_urgent(original); !kept) return fail(kept.error());
    auto attached = loop.attach(std::move(owned), spi::SocketKind::stream);
    if (!attached) return fail(attached.error());
    Stream copy(loop, **attached);
    if (auto kept = loop.keep_urgent(**attached); !kept) return fail(kept.error());
    // What this side has ended is ended for the copy, too.
    for (const auto direction : {spi::Direction::read, spi::Direction::write}) {
        spi::Lane& lane = (*attached)->lane(direction);
        lane.ended = original.lane(direction).ended;
        lane.settled = original.lane(direction).settled;
    }
    return copy;
}

}  // namespace pier
