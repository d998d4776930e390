#include <pier/raw.hpp>

#include <pier/detail/wait_awaiter.hpp>
#include <pier/spi/limits.hpp>
#include <pier/sys/socket.hpp>
#include <pier/watch.hpp>

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

struct RawSocket::State {
    State(spi::Accepted owned, Watch watching, sys::RawKind what, std::uint16_t own_identifier) noexcept
        : socket(std::move(owned)), watch(std::move(watching)), kind(what), identifier(own_identifier) {}

    spi::Accepted socket;
    Watch watch;  // goes before the socket is closed
    sys::RawKind kind;
    bool filters = false;
    std::uint16_t identifier = 0;
    std::bitset<256> types;
    unsigned tries = 0;

    // A receive that always finds something has to give way to others now and then. The wait does so, and sees that the
    // deadline has come.
    [[nodiscard]] bool has_to_wait() noexcept { return ++tries % spi::limits::inline_operations == 0; }

    // Nothing for what is no packet, or not wanted.
    [[nodiscard]] std::optional<RawPacket> packet_of(sys::RawArrival& arrival) const noexcept {
        std::span<const std::byte> bytes = arrival.room.first(arrival.size);
        std::optional<RawPacket> packet(std::in_place);
        if (kind.family == Family::ipv4 && !kind.is_echo) {
            const std::size_t length = length_of_v4_header(bytes);
            if (length == 0) return std::nullopt;
            packet->header = bytes.first(length);
            packet->data = bytes.subspan(length);
            packet->traffic_class = std::to_integer<std::uint8_t>(bytes[1]);
            packet->hop_limit = std::to_integer<std::uint8_t>(bytes[8]);
            packet->to =
                Endpoint::v4({std::to_integer<std::uint8_t>(bytes[16]), std::to_integer<std::uint8_t>(bytes[17]),
                              std::to_integer<std::uint8_t>(bytes[18]), std::to_integer<std::uint8_t>(bytes[19])},
                             0);
        } else {
            packet->data = bytes;
            packet->traffic_class = arrival.traffic_class;
            packet->hop_limit = arrival.hop_limit;
            packet->to = std::move(arrival.to);
        }
        // What a failure has with it is what was sent, not what came.
        const bool is_wanted =
            arrival.failure || (!packet->data.empty() && types.test(std::to_integer<std::size_t>(packet->data[0])));
        if (filters && !is_wanted) return std::nullopt;
        packet->from = std::move(arrival.from);
        packet->interface_index = arrival.interface_index;
        packet->truncated = arrival.truncated;
        packet->failure = std::move(arrival.failure);
        packet->arrived = arrival.since_epoch;
        return packet;
    }
};

Result<RawSocket> RawSocket::over(spi::NativeSocket socket, sys::RawKind kind, const Endpoint& wanted) {
    spi::Accepted owned(socket);  // closes it on every way out
    const Endpoint local = wanted.family() != Family::unspecified ? wanted : Endpoint::any(kind.family);
    if (local.family() != kind.family || local.port() != 0) return fail(Errc::invalid_argument);
    if (auto bound = sys::bind_raw(socket, local); !bound) return fail(bound.error());
    // Of a ping socket, the port is the identifier that its requests get.
    auto name = sys::local_endpoint(socket);
    if (!name) return fail(name.error());
    auto watch = Watch::open(socket);
    if (!watch) return fail(watch.error());
    RawSocket raw;
    raw.state_ = std::make_shared<State>(std::move(owned), std::move(*watch), kind, kind.is_echo ? name->port() : 0);
    return raw;
}

Result<RawSocket> RawSocket::open(Family family, IpProtocol protocol, const RawOptions& options) {
    if (family != Family::ipv4 && family != Family::ipv6) return fail(Errc::address_family_not_supported);
    auto opened = sys::open_raw(family, static_cast<std::uint8_t>(protocol), options.header_included);
    if (!opened) return fail(opened.error());
    return over(*opened, {family, options.header_included, false}, options.local);
}

Result<RawSocket> RawSocket::open_echo(Family family, const RawOptions& options) {
    if (options.header_included) return fail(Errc::invalid_argument);
    const IpProtocol protocol = family == Family::ipv6 ? IpProtocol::icmpv6 : IpProtocol::icmp;
    auto privileged = open(family, protocol, options);
    if (privileged || privileged.error() != Errc::permission_denied) return privileged;
    auto opened = sys::open_echo(family);
    if (!opened && opened.error() == Errc::not_supported) return privileged;
    if (!opened) return fail(opened.error());
    return over(*opened, {family, false, true}, options.local);
}

RawSocket& RawSocket::operator=(RawSocket&& other) noexcept {
    RawSocket moved(std::move(other));
    std::swap(state_, moved.state_);
    return *this;
}

bool RawSocket::unprivileged() const noexcept { return state_ != nullptr && state_->kind.is_echo; }
std::uint16_t RawSocket::identifier() const noexcept { return state_ != nullptr ? state_->identifier : 0; }
bool RawSocket::valid() const noexcept { return state_ != nullptr; }
spi::NativeSocket RawSocket::native_handle() const noexcept {
    return state_ != nullptr ? state_->socket.socket() : spi::no_socket;
}

void RawSocket::close() noexcept {
    if (state_ == nullptr) return;
    state_->watch.close();
    state_.reset();
}

void RawSocket::accept_types(std::span<const std::uint8_t> types) {
    if (state_ == nullptr) return;
    state_->types.reset();
    for (const std::uint8_t type : types) state_->types.set(type);
    state_->filters = !types.empty();
    if (!state_->kind.is_echo) sys::filter_icmp(state_->socket.socket(), state_->kind.family, types);
}

Task<Result<RawPacket>> RawSocket::receive(std::span<std::byte> into, Deadline deadline) const {
    const std::shared_ptr<State> state = state_;
    if (state == nullptr) co_return fail(Errc::not_connected);
    const Deadline until = absolute(deadline);
    for (bool waits = state->has_to_wait();; waits = state->has_to_wait()) {
        if (!waits) {
            sys::RawArrival arrival;
            arrival.room = into;
            const auto received = sys::receive_raw(state->socket.socket(), state->kind, arrival);
            if (received) {
                auto packet = state->packet_of(arrival);
                if (packet) co_return std::move(*packet);
                continue;
            }
            if (received.error() != Errc::operation_would_block) co_return fail(received.error());
        }
        spi::WaitAwaiter arrival(until, state->watch, false);
        const auto ready = co_await arrival;
        if (!ready) co_return fail(ready.error());
        if (!state->watch.valid()) co_return fail(Errc::operation_canceled);
    }
}

Task<Result<void>> RawSocket::send_to(std::span<const std::byte> packet, const Endpoint& to, Deadline deadline) const {
    const std::shared_ptr<State> state = state_;
    if (state == nullptr) co_return fail(Errc::not_connected);
    if (to.family() != state->kind.family) co_return fail(Errc::invalid_argument);
    if (state->kind.header_included && !is_header(state->kind.family, packet)) co_return fail(Errc::invalid_argument);
    const Deadline until = absolute(deadline);
    for (bool waits = state->has_to_wait();; waits = false) {
        if (!waits) {
            const auto sent = sys::send_raw(state->socket.socket(), state->kind, packet, to);
            if (sent || sent.error() != Errc::operation_would_block) co_return sent;
        }
        spi::WaitAwaiter room(until, state->watch, true);
        const auto ready = co_await room;
        if (!ready) co_return fail(ready.error());
        if (!state->watch.valid()) co_return fail(Errc::operation_canceled);
    }
}

}  // namespace pier
