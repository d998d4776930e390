#include <pier/stream.hpp>

#include <pier/sys/socket.hpp>
#include <pier/sys/socket_passing.hpp>
#include <pier/sys/unix_socket.hpp>

namespace pier {

bool spi::ConnectAwaiter::open(Loop& loop) noexcept {
    // Here, so that peer() says the same on every engine.
    endpoint = endpoint.reached();
    auto socket = loop.open(endpoint.family(), SocketKind::stream);
    auto attached = socket ? loop.attach(Accepted(*socket), SocketKind::stream) : fail(socket.error());
    if (attached) {
        descriptor = *attached;
        descriptor->drain_exact = endpoint.is_unix();
        return true;
    }
    error = attached.error();
    return false;
}

Result<Stream> Stream::adopt(spi::Accepted&& accepted) {
    Loop* loop = Loop::current();
    if (loop == nullptr) {
        spi::Accepted closed(std::move(accepted));
        return fail(Errc::operation_canceled);
    }
    if (!accepted.valid()) return fail(Errc::invalid_argument);
    auto attached = loop->attach(std::move(accepted), spi::SocketKind::stream);
    if (!attached) return fail(attached.error());
    return Stream(*loop, **attached);
}

Result<Accepted> Stream::detach() {
    if (descriptor_ == nullptr) return fail(Errc::not_connected);
    require_here();
    if (descriptor_->busy()) return fail(Errc::already_in_progress);
    if (descriptor_->failure.condition != Errc::ok) return fail(descriptor_->failure);
    if (descriptor_->lane(spi::Direction::read).poisoned) return fail(Errc::receive_cut_short);
    if (descriptor_->lane(spi::Direction::write).poisoned) return fail(Errc::broken_pipe);
    if (auto free = loop_->let_go(*descriptor_); !free) return fail(free.error());
    auto duplicate = sys::duplicate(descriptor_->socket);
    if (!duplicate) return fail(duplicate.error());
    Accepted detached(*duplicate, descriptor_->peer);
    close();
    return detached;
}

Result<void> Stream::finish() const {
    if (descriptor_ == nullptr) return fail(Errc::not_connected);
    require_here();
    spi::Lane& lane = descriptor_->lane(spi::Direction::write);
    if (lane.ended) return {};
    if (lane.first != nullptr) return fail(Errc::already_in_progress);
    lane.ended = lane.settled = true;
    return sys::shutdown_send(descriptor_->socket);
}

void Stream::abort() noexcept {
    if (descriptor_ == nullptr) return;
    require_here();
    // A refusal changes nothing for the caller: the connection ends either way.
    (void)sys::reset_on_close(descriptor_->socket);
    close();
}

Result<PeerCredentials> Stream::peer_credentials() const {
    if (descriptor_ == nullptr) return fail(Errc::not_connected);
    require_here();
    return sys::peer_credentials(descriptor_->socket);
}

Result<Endpoint> Stream::local() const {
    if (descriptor_ == nullptr) return fail(Errc::not_connected);
    require_here();
    return sys::local_endpoint(descriptor_->socket);
}

}  // namespace pier
