#include <pier/datagram.hpp>

#include <pier/sys/socket.hpp>
#include <pier/sys/socket_folder.hpp>

namespace pier {
namespace {

// RFC 768: the length field has 16 bits and counts a header of 8 bytes. Over IPv4 its header of 20 bytes goes off, too.
constexpr std::size_t longest_over_ipv4 = 65'535 - 20 - 8;
constexpr std::size_t longest_over_ipv6 = 65'535 - 8;

std::size_t longest_over(Family family) noexcept {
    if (family == Family::unix_domain) return spi::limits::largest_submission;  // the system has a limit of its own
    return family == Family::ipv6 ? longest_over_ipv6 : longest_over_ipv4;
}

Result<void> bind(spi::NativeSocket socket, const Endpoint& local, spi::SocketFile* file, DatagramOptions options) {
    const sys::SocketFolderLock folder(local);
    // Also for a socket that only sends: Windows can't receive on an unbound one.
    auto bound = sys::bind(socket, local, spi::SocketKind::datagram,
                           {.share_address = options.share_address, .dual_stack = options.dual_stack});
    if (!bound || file == nullptr) return bound;
    return file->bound();
}

}  // namespace

Result<Datagram> Datagram::open(const Endpoint& local, DatagramOptions options) {
    return make(local, nullptr, options);
}

Result<Datagram> Datagram::connect(const Endpoint& peer, const Endpoint& local) {
    if (!peer.is_complete()) return fail(Errc::invalid_argument);
    if (local.family() == Family::unspecified) return make(Endpoint::any(peer.family()), &peer, {});
    if (local.family() != peer.family()) return fail(Errc::invalid_argument);
    return make(local, &peer, {});
}

Result<Datagram> Datagram::make(const Endpoint& local, const Endpoint* peer, DatagramOptions options) {
    Loop& loop = this_loop();
    if (options.share_address && local.is_unix()) return fail(Errc::not_supported);
    if (local.is_v4_mapped() || (peer != nullptr && peer->is_v4_mapped())) return fail(Errc::mapped_address);
    auto opened = loop.open(local.family(), spi::SocketKind::datagram);
    if (!opened) return fail(opened.error());
    spi::Accepted socket(*opened);  // closes it on every way out
    auto file = local.has_path() ? std::make_unique<spi::SocketFile>(local) : nullptr;
    if (auto bound = bind(*opened, local, file.get(), options); !bound) return fail(bound.error());
    if (peer != nullptr) {
        auto connected = sys::connect_datagram(*opened, *peer);
        if (!connected) return fail(connected.error());
        socket.set_peer(*peer);
    }
    auto name = sys::local_endpoint(*opened);
    if (!name) return fail(name.error());
    auto attached = loop.attach(std::move(socket), spi::SocketKind::datagram);
    if (!attached) return fail(attached.error());
    Datagram datagram(loop, **attached);
    datagram.local_ = std::move(*name);
    datagram.file_ = std::move(file);
    return datagram;
}

Errc Datagram::refusal(std::size_t size, const Endpoint* to) const noexcept {
    if (descriptor_ == nullptr) return Errc::not_connected;
    if (size > longest_over(local_.family())) return Errc::message_size;
    bool connected = descriptor_->peer.family() != Family::unspecified;
    if (to == nullptr) return connected ? Errc::ok : Errc::not_connected;
    if (connected) return Errc::already_connected;
    return to->is_complete() && to->family() == local_.family() ? Errc::ok : Errc::invalid_argument;
}

}  // namespace pier
