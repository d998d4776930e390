#include <pier/listener.hpp>
#include <pier/sys/socket.hpp>
#include <pier/sys/socket_folder.hpp>

namespace pier {
namespace {

using spi::NativeSocket;

// The socket is new; it is closed when this fails, and its file goes with it.
Result<Accepted> listen_at(NativeSocket opened, const Endpoint& endpoint, ListenerOptions options) {
    spi::Accepted socket(opened);
    auto file = endpoint.has_path() ? std::make_unique<spi::SocketFile>(endpoint) : nullptr;
    const sys::SocketFolderLock folder(endpoint);
    auto bound =
        sys::bind(opened, endpoint, spi::SocketKind::listener,
                  {.share_port = options.share_port && !options.first_to_share, .dual_stack = options.dual_stack});
    if (!bound) return fail(bound.error());
    if (file != nullptr) {
        if (auto made = file->bound(); !made) return fail(made.error());
    }
    auto listening =
        sys::listen(opened, {.backlog = options.backlog, .client_speaks_first = options.client_speaks_first});
    if (!listening) return fail(listening.error());
    if (options.share_port && options.first_to_share) {
        // Not before: of two programs that bind at the same time the system refuses one when it listens.
        if (auto shared = sys::share_port(opened); !shared) return fail(shared.error());
    }
    // Until it listens it looks like what a dead server has left. Who had no lock of the folder may have taken its
    // place.
    if (file != nullptr && !file->in_place()) return fail(Errc::address_in_use);
    socket.set_file(std::move(file));
    return socket;
}

// What is wrong with the address before the system sees it.
Errc refusal(const Endpoint& endpoint, ListenerOptions options) noexcept {
    if (endpoint.is_v4_mapped() && !options.dual_stack) return Errc::mapped_address;
    if (!endpoint.is_unix()) return Errc::ok;
    if (!endpoint.is_complete()) return Errc::invalid_argument;
    return options.share_port ? Errc::not_supported : Errc::ok;
}

}  // namespace

Result<Listener> Listener::open(const Endpoint& endpoint, ListenerOptions options) {
    Loop& loop = this_loop();
    if (Errc refused = refusal(endpoint, options); refused != Errc::ok) return fail(refused);
    auto opened = loop.open(endpoint.family(), spi::SocketKind::listener);
    if (!opened) return fail(opened.error());
    auto listening = listen_at(*opened, endpoint, options);
    if (!listening) return fail(listening.error());
    return adopt(std::move(*listening), options);
}

Result<Accepted> Listener::open_unattached(const Endpoint& endpoint, ListenerOptions options) {
    if (Errc refused = refusal(endpoint, options); refused != Errc::ok) return fail(refused);
    auto opened = sys::open(endpoint.family(), spi::SocketKind::listener);
    if (!opened) return fail(opened.error());
    return listen_at(*opened, endpoint, options);
}

Result<Listener> Listener::adopt(Accepted&& listening, ListenerOptions options) {
    Loop& loop = this_loop();
    spi::Accepted socket(std::move(listening));  // closes it on every way out
    if (!socket.valid()) return fail(Errc::invalid_argument);
    auto local = sys::local_endpoint(socket.socket());
    if (!local) return fail(local.error());
    socket.set_listening({.backlog = options.backlog, .accept_ahead = options.accept_ahead});
    auto file = socket.take_file();
    auto attached = loop.attach(std::move(socket), spi::SocketKind::listener);
    if (!attached) return fail(attached.error());
    Listener listener(loop, **attached);
    listener.local_ = std::move(*local);
    listener.file_ = std::move(file);
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
