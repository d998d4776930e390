#include <pier/listener.hpp>
#include <pier/sys/socket.hpp>

namespace pier {

Result<Listener> Listener::open(const Endpoint& endpoint, ListenerOptions options) {
    Loop& loop = this_loop();
    if (endpoint.is_v4_mapped() && !options.dual_stack) return fail(Errc::mapped_address);
    auto opened = loop.open(endpoint.family(), spi::SocketKind::listener);
    if (!opened) return fail(opened.error());
    spi::Accepted socket(*opened);  // closes it on every way out
    auto bound =
        sys::bind(*opened, endpoint, spi::SocketKind::listener,
                  {.share_port = options.share_port && !options.first_to_share, .dual_stack = options.dual_stack});
    if (!bound) return fail(bound.error());
    auto listening =
        sys::listen(*opened, {.backlog = options.backlog, .client_speaks_first = options.client_speaks_first});
    if (!listening) return fail(listening.error());
    if (options.share_port && options.first_to_share) {
        // Not before: of two programs that bind at the same time the system refuses one when it listens.
        if (auto shared = sys::share_port(*opened); !shared) return fail(shared.error());
    }
    auto local = sys::local_endpoint(*opened);
    if (!local) return fail(local.error());
    socket.set_listening({.backlog = options.backlog, .accept_ahead = options.accept_ahead});
    auto attached = loop.attach(std::move(socket), spi::SocketKind::listener);
    if (!attached) return fail(attached.error());
    Listener listener(loop, **attached);
    listener.local_ = *local;
    listener.client_speaks_first_ = options.client_speaks_first;
    return listener;
}

Result<Stream> spi::AcceptAwaiter::await_resume() {
    if (error.condition != Errc::ok) return std::unexpected(error);
    Loop& loop = *context->loop;
    auto attached = loop.attach(std::move(accepted), SocketKind::stream);
    if (!attached) return fail(attached.error());
    // Data rarely comes with the connection: a first try would only be told so. Registering reports what is there
    // already.
    (*attached)->lane(Direction::read).drained = !client_speaks_first_;
    return Stream(loop, **attached);
}

}  // namespace pier
