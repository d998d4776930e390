#include <pier/packet/dissect.hpp>
#include <pier/packet/icmp.hpp>
#include <pier/packet/icmpv6.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/ipv6_extension.hpp>
#include <pier/packet/tcp.hpp>
#include <pier/packet/udp.hpp>

namespace pier::packet {
namespace {

// What the layers outside of one say of it.
struct Outside {
    std::optional<IpPair> addresses;
    bool is_rerouted = false;  // the destination is not the last one
};

Outside outside_of(const Dissection& dissection, const Layer& inner) {
    Outside outside;
    for (const Layer& layer : dissection.layers()) {
        if (layer.offset >= inner.offset) break;
        const Bytes bytes = dissection.bytes(layer);
        if (layer.kind == LayerKind::ipv4) {
            const auto read = Ipv4::read(bytes);
            if (read) outside = {read->addresses(), false};
        } else if (layer.kind == LayerKind::ipv6) {
            const auto read = Ipv6::read(bytes);
            if (read) outside = {read->addresses(), false};
        } else if (layer.kind == LayerKind::ipv6_extension) {
            const auto read = Ipv6Extension::read(static_cast<std::uint8_t>(layer.protocol), bytes);
            outside.is_rerouted = outside.is_rerouted || (read && read->segments_left() > 0);
        }
    }
    return outside;
}

ChecksumState state(bool right) noexcept { return right ? ChecksumState::right : ChecksumState::wrong; }

ChecksumState of_udp(Bytes bytes, const IpPair& addresses) {
    const auto read = Udp::read(bytes);
    if (!read || read->is_cut()) return ChecksumState::unknown;
    if (read->checksum() == 0 && addresses.source.is_v4()) return ChecksumState::none;
    return state(read->checksum_is_right(addresses));
}

ChecksumState of_tcp(Bytes bytes, const IpPair& addresses) {
    const auto read = Tcp::read(bytes);
    return read ? state(read->checksum_is_right(addresses)) : ChecksumState::unknown;
}

}  // namespace

ChecksumState checksum_state(const Dissection& dissection, const Layer& layer) {
    const Bytes bytes = dissection.bytes(layer);
    if (layer.kind == LayerKind::ipv4) {
        const auto read = Ipv4::read(bytes);
        return read ? state(read->checksum_is_right()) : ChecksumState::unknown;
    }
    const bool has = layer.kind == LayerKind::icmp || layer.kind == LayerKind::icmpv6 || layer.kind == LayerKind::tcp ||
                     layer.kind == LayerKind::udp;
    if (!has) return ChecksumState::none;
    if (dissection.is_cut() || dissection.is_fragment()) return ChecksumState::unknown;
    if (layer.kind == LayerKind::icmp) {
        return state(internet_checksum(bytes) == 0);
    }
    const Outside outside = outside_of(dissection, layer);
    if (!outside.addresses || outside.is_rerouted) return ChecksumState::unknown;
    if (layer.kind == LayerKind::udp) return of_udp(bytes, *outside.addresses);
    if (layer.kind == LayerKind::tcp) return of_tcp(bytes, *outside.addresses);
    const auto read = Icmpv6::read(bytes);
    return read ? state(read->checksum_is_right(*outside.addresses)) : ChecksumState::unknown;
}

}  // namespace pier::packet
