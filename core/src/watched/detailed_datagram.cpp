#include <pier/socket/detailed_datagram.hpp>

#include "watched/watched_socket.hpp"

#include <pier/sys/socket.hpp>

namespace pier {

Result<DetailedDatagram> DetailedDatagram::open(const Endpoint& local, DatagramOptions options) {
    if (local.family() != Family::ipv4 && local.family() != Family::ipv6) {
        return fail(Errc::address_family_not_supported);
    }
    if (local.is_v4_mapped()) return fail(Errc::mapped_address);
    auto opened = sys::open(local.family(), spi::SocketKind::datagram);
    if (!opened) return fail(opened.error());
    spi::Accepted owned(*opened);  // closes it on every way out
    sys::ask_for_details(*opened, local.family());
    auto bound = sys::bind(*opened, local, spi::SocketKind::datagram,
                           {.share_address = options.share_address, .dual_stack = options.dual_stack});
    if (!bound) return fail(bound.error());
    auto name = sys::local_endpoint(*opened);
    if (!name) return fail(name.error());
    auto watch = Watch::open(*opened);
    if (!watch) return fail(watch.error());
    return DetailedDatagram(std::make_shared<spi::WatchedSocket>(std::move(owned), std::move(*watch)),
                            std::move(*name));
}

Task<Result<DetailedReceived>> DetailedDatagram::receive(std::span<std::byte> into, Deadline deadline) const {
    const std::shared_ptr<spi::WatchedSocket> state = socket_;
    if (state == nullptr) co_return fail(Errc::not_connected);
    const std::uint16_t port = local_.port();
    const Family family = local_.family();
    auto attempt = [&]() -> std::optional<Result<DetailedReceived>> {
        sys::DetailedArrival arrival;
        arrival.room = into;
        if (auto came = sys::receive_detailed(state->native(), family, arrival); !came) return fail(came.error());
        DetailedReceived received;
        received.size = arrival.size;
        received.truncated = arrival.truncated;
        received.from = std::move(arrival.from);
        if (arrival.to.family() != Family::unspecified) received.to = arrival.to.with_port(port);
        received.interface_index = arrival.interface_index;
        received.hop_limit = arrival.hop_limit;
        received.traffic_class = arrival.traffic_class;
        received.arrived = arrival.since_epoch;
        return received;
    };
    co_return co_await spi::try_when<DetailedReceived>(*state, spi::Until::readable, deadline, attempt);
}

Task<Result<void>> DetailedDatagram::send_to(std::span<const std::byte> data, const Endpoint& to,
                                             const PacketSource& source, Deadline deadline) const {
    const std::shared_ptr<spi::WatchedSocket> state = socket_;
    if (state == nullptr) co_return fail(Errc::not_connected);
    const Family chosen = source.address.family();
    if (!to.is_complete() || to.family() != local_.family()) co_return fail(Errc::invalid_argument);
    if (chosen != Family::unspecified && chosen != to.family()) co_return fail(Errc::invalid_argument);
    auto attempt = [&]() -> std::optional<Result<void>> { return sys::send_from(state->native(), data, to, source); };
    co_return co_await spi::try_when<void>(*state, spi::Until::writable, deadline, attempt);
}

}  // namespace pier
