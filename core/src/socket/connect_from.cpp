#include <pier/socket/connect_from.hpp>

#include <pier/sys/socket.hpp>

namespace pier {

Error spi::ConnectFromAwaiter::open(Loop& loop) noexcept {
    endpoint = endpoint.reached();
    if (local_.is_unix() || local_.family() != endpoint.family()) return Error{Errc::invalid_argument, 0};
    if (local_.is_v4_mapped()) return Error{Errc::mapped_address, 0};
    auto opened = loop.open(endpoint.family(), SocketKind::stream);
    if (!opened) return opened.error();
    Accepted socket(*opened);  // closes it on every way out
    if (auto bound = sys::bind(*opened, local_, SocketKind::stream, {}); !bound) return bound.error();
    auto attached = loop.attach(std::move(socket), SocketKind::stream);
    if (!attached) return attached.error();
    descriptor = *attached;
    return {};
}

}  // namespace pier
