#include <pier/raw.hpp>

#include "watched/watched_socket.hpp"

#include <pier/sys/socket.hpp>
#include <pier/sys/socket/raw.hpp>

#include <bitset>
#include <new>
#include <utility>

namespace pier {
namespace {

constexpr std::size_t shortest_v4_header = 20;
constexpr std::size_t v6_header = 40;

std::size_t number(std::byte byte) noexcept { return std::to_integer<std::size_t>(byte); }
std::size_t number16(std::span<const std::byte> bytes, std::size_t at) noexcept {
    return number(bytes[at]) << 8U | number(bytes[at + 1]);
}

// RFC 791, section 3.1: the length in words of 4 bytes. 0 where it is no header that is all there.
std::size_t length_of_v4_header(std::span<const std::byte> packet) noexcept {
    if (packet.size() < shortest_v4_header || number(packet[0]) >> 4U != 4) return 0;
    const std::size_t length = (number(packet[0]) & 0xfU) * 4;
    return length >= shortest_v4_header && length <= packet.size() ? length : 0;
}

// Linux writes the length of an IPv4 packet itself, Windows does not, and neither does so for IPv6: it is the caller's.
bool is_header(Family family, std::span<const std::byte> packet) noexcept {
    if (family == Family::ipv4) return length_of_v4_header(packet) != 0 && number16(packet, 2) == packet.size();
    if (packet.size() < v6_header || number(packet[0]) >> 4U != 6) return false;
    return number16(packet, 4) == packet.size() - v6_header;
}

}  // namespace

struct RawSocket::State : spi::WatchedSocket {
    using WatchedSocket::WatchedSocket;

    Family family = Family::unspecified;
    bool header_included = false;
    bool is_echo = false;          // of sys::open_echo()
    std::uint16_t identifier = 0;  // of such a one
    bool filters = false;
    std::bitset<256> types;

    [[nodiscard]] Result<void> receive(sys::DetailedArrival& arrival) const noexcept {
        auto received = sys::receive_detailed(native(), family, arrival);
        // A ping socket queues errors, where a raw one receives packets of ICMP.
        if (!received && is_echo && sys::take_failure(native(), arrival)) return {};
        return received;
    }

    // Nothing for what is no packet, or not wanted.
    [[nodiscard]] std::optional<RawPacket> packet_of(sys::DetailedArrival& arrival) const noexcept {
        std::optional<RawPacket> packet(std::in_place);
        packet->data = arrival.room.first(arrival.size);
        packet->traffic_class = arrival.traffic_class;
        packet->hop_limit = arrival.hop_limit;
        packet->to = std::move(arrival.to);
        if (family == Family::ipv4 && !is_echo && !take_header_off(*packet)) return std::nullopt;
        // What a failure has with it is what was sent, not what came.
        const bool is_wanted =
            arrival.failure || (!packet->data.empty() && types.test(std::to_integer<std::size_t>(packet->data[0])));
        if (filters && !is_wanted) return std::nullopt;
        packet->from = arrival.from.with_port(0);
        packet->interface_index = arrival.interface_index;
        packet->arrived = arrival.since_epoch;
        packet->truncated = arrival.truncated;
        packet->failure = std::move(arrival.failure);
        return packet;
    }

private:
    static bool take_header_off(RawPacket& packet) noexcept {
        const std::size_t length = length_of_v4_header(packet.data);
        if (length == 0) return false;
        packet.header = packet.data.first(length);
        packet.data = packet.data.subspan(length);
        packet.traffic_class = std::to_integer<std::uint8_t>(packet.header[1]);
        packet.hop_limit = std::to_integer<std::uint8_t>(packet.header[8]);
        Endpoint::V4 address{};
        for (std::size_t i = 0; i < address.size(); ++i) {
            address[i] = std::to_integer<std::uint8_t>(packet.header[16 + i]);
        }
        packet.to = Endpoint::v4(address, 0);
        return true;
    }
};

Result<RawSocket> RawSocket::over(spi::NativeSocket socket, Family family, const RawOptions& options, bool is_echo) {
    spi::Accepted owned(socket);  // closes it on every way out
    const bool is_chosen = options.local.family() != Family::unspecified;
    const Endpoint local = is_chosen ? options.local : Endpoint::any(family);
    if (local.family() != family || local.port() != 0) return fail(Errc::invalid_argument);
    if (auto bound = sys::bind_raw(socket, local); !bound) return fail(bound.error());
    auto name = sys::local_endpoint(socket);
    if (!name) return fail(name.error());
    auto watch = Watch::open(socket);
    if (!watch) return fail(watch.error());
    auto state = std::make_shared<State>(std::move(owned), std::move(*watch));
    state->family = family;
    state->header_included = options.header_included;
    state->is_echo = is_echo;
    // Of a ping socket, the port is the identifier that its requests get.
    if (is_echo) state->identifier = name->port();
    return RawSocket(std::move(state));
}

Result<RawSocket> RawSocket::open(Family family, IpProtocol protocol, const RawOptions& options) {
    if (family != Family::ipv4 && family != Family::ipv6) return fail(Errc::address_family_not_supported);
    auto opened = sys::open_raw(family, static_cast<std::uint8_t>(protocol), options.header_included);
    if (!opened) return fail(opened.error());
    return over(*opened, family, options, false);
}

Result<RawSocket> RawSocket::open_echo(Family family, const RawOptions& options) {
    if (options.header_included) return fail(Errc::invalid_argument);
    const IpProtocol protocol = family == Family::ipv6 ? IpProtocol::icmpv6 : IpProtocol::icmp;
    auto privileged = open(family, protocol, options);
    if (privileged || privileged.error() != Errc::permission_denied) return privileged;
    auto opened = sys::open_echo(family);
    if (!opened && opened.error() == Errc::not_supported) return privileged;
    if (!opened) return fail(opened.error());
    return over(*opened, family, options, true);
}

RawSocket::RawSocket(std::shared_ptr<State> state) noexcept : WatchedHandle(std::move(state)) {}

// What open() has put there.
std::shared_ptr<RawSocket::State> RawSocket::state() const noexcept { return std::static_pointer_cast<State>(socket_); }

bool RawSocket::unprivileged() const noexcept { return valid() && state()->is_echo; }
std::uint16_t RawSocket::identifier() const noexcept { return valid() ? state()->identifier : std::uint16_t{0}; }

void RawSocket::accept_types(std::span<const std::uint8_t> types) {
    if (!valid()) return;
    const std::shared_ptr<State> own = state();
    own->types.reset();
    for (const std::uint8_t type : types) own->types.set(type);
    own->filters = !types.empty();
    if (!own->is_echo) sys::filter_icmp(own->native(), own->family, types);
}

Task<Result<RawPacket>> RawSocket::receive(std::span<std::byte> into, Deadline deadline) const {
    const std::shared_ptr<State> own = state();
    if (own == nullptr) co_return fail(Errc::not_connected);
    auto attempt = [&]() -> std::optional<Result<RawPacket>> {
        sys::DetailedArrival arrival;
        arrival.room = into;
        if (auto received = own->receive(arrival); !received) return fail(received.error());
        auto packet = own->packet_of(arrival);
        if (!packet) return std::nullopt;
        return std::move(*packet);
    };
    co_return co_await spi::try_when<RawPacket>(*own, spi::Until::readable, deadline, attempt);
}

Task<Result<void>> RawSocket::send_to(std::span<const std::byte> packet, const Endpoint& to, Deadline deadline) const {
    const std::shared_ptr<State> own = state();
    if (own == nullptr) co_return fail(Errc::not_connected);
    if (to.family() != own->family) co_return fail(Errc::invalid_argument);
    if (own->header_included && !is_header(own->family, packet)) co_return fail(Errc::invalid_argument);
    if (own->header_included && sys::is_never_sent(own->family, packet)) co_return fail(Errc::not_supported);
    // An IPv6 raw socket takes a port for a protocol: EINVAL where it is another one than its own (ipv6(7)).
    const Endpoint address = to.with_port(0);
    const sys::PacketSource any{};
    auto attempt = [&]() -> std::optional<Result<void>> {
        auto sent = sys::send_from(own->native(), packet, address, any);
        // A ping socket says here what ICMP said of an earlier packet, and sends nothing. It says so once, and who
        // receives is told besides.
        const bool may_be_of_another = !sent && own->is_echo && sent.error() != Errc::operation_would_block;
        if (may_be_of_another) sent = sys::send_from(own->native(), packet, address, any);
        return sent;
    };
    co_return co_await spi::try_when<void>(*own, spi::Until::writable, deadline, attempt);
}

}  // namespace pier
