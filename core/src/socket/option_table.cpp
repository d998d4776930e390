#include <pier/socket/option_table.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

namespace pier::option {
namespace {

constexpr std::int64_t largest_int = std::numeric_limits<std::int32_t>::max();
constexpr std::uint8_t tcp = streams | listeners;
constexpr std::uint8_t all = streams | listeners | datagrams;
constexpr std::uint8_t ip = ipv4 | ipv6;
constexpr std::uint8_t any = ipv4 | ipv6 | unix_domain;
constexpr Access rw = Access::read_write;
constexpr Access ro = Access::read_only;

// The ranges are those that both systems take. Linux ends the spans of keep-alive and their count there (tcp(7)); a
// linger time is 16 bits on Windows; a segment is at least 88 bytes on Linux.
constexpr std::array entries{
    Entry{Id::reuse_address, "reuse_address", Unit::flag, 0, 1, rw, tcp, ip, "off; Pier's listeners: on",
          "a port whose old connections are in TIME_WAIT can be bound again",
          "never two sockets on one port; Windows can't clear it (not_supported)"},
    Entry{Id::reuse_port, "reuse_port", Unit::flag, 0, 1, rw, all, ip, "off",
          "several sockets share a port, and the system spreads what comes over them",
          "not_supported on Windows, which spreads nothing"},
    Entry{Id::keep_alive, "keep_alive", Unit::flag, 0, 1, rw, tcp, ip, "off",
          "an idle connection is probed, so that a dead peer is found out", ""},
    Entry{Id::keep_alive_idle, "keep_alive_idle", Unit::seconds, 1, 32767, rw, tcp, ip, "7200 s",
          "how long a connection is idle before the first probe", "Windows 10 1709 and later"},
    Entry{Id::keep_alive_interval, "keep_alive_interval", Unit::seconds, 1, 32767, rw, tcp, ip, "75 s; Windows: 1 s",
          "the time between two probes", "Windows 10 1709 and later"},
    Entry{Id::keep_alive_count, "keep_alive_count", Unit::count, 1, 127, rw, tcp, ip, "9; Windows: 10",
          "how many unanswered probes end the connection", "Windows 10 1703 and later"},
    Entry{Id::send_buffer, "send_buffer", Unit::bytes, 1, largest_int, rw, all, any, "the system's",
          "bytes that the system keeps until the peer has them",
          "a hint; Linux doubles it, and reading halves it back"},
    Entry{Id::receive_buffer, "receive_buffer", Unit::bytes, 1, largest_int, rw, all, any, "the system's",
          "bytes that the system keeps until they are received",
          "a hint; Linux doubles it, and reading halves it back"},
    Entry{Id::linger, "linger", Unit::linger, -1, 32767, rw, streams, ip, "off",
          "what close does with bytes that the peer does not have yet",
          "0 s resets; with more Linux waits in close, and Windows goes on sending"},
    Entry{Id::broadcast, "broadcast", Unit::flag, 0, 1, rw, datagrams, ipv4, "off",
          "datagrams may go to broadcast addresses", ""},
    Entry{Id::error, "error", Unit::error, 0, 0, ro, all, any, "none", "the pending error, which reading takes",
          "the same conditions on every system"},
    Entry{Id::type, "type", Unit::type, 1, 2, ro, all, any, "as it was opened", "stream or datagram", ""},
    Entry{Id::accepting, "accepting", Unit::flag, 0, 1, ro, all, any, "off; listeners: on",
          "whether the socket listens", ""},
    Entry{Id::out_of_band_inline, "out_of_band_inline", Unit::flag, 0, 1, rw, tcp, ip, "off",
          "urgent bytes stay among the others", ""},
    Entry{Id::receive_timeout, "receive_timeout", Unit::milliseconds, 0, largest_int, rw, all, any, "0 ms, never",
          "the bound of a blocking receive of the system",
          "no operation of Pier blocks there; a system may round it up to its tick"},
    Entry{Id::send_timeout, "send_timeout", Unit::milliseconds, 0, largest_int, rw, all, any, "0 ms, never",
          "the bound of a blocking send of the system",
          "no operation of Pier blocks there; a system may round it up to its tick"},
    Entry{Id::no_delay, "no_delay", Unit::flag, 0, 1, rw, streams, ip, "off; Pier's streams: on",
          "small segments are sent at once, without Nagle's algorithm", ""},
    Entry{Id::maximum_segment, "maximum_segment", Unit::bytes, 88, 32767, rw, tcp, ip, "by the route",
          "the most bytes of a segment", "not_supported on Windows, which documents none"},
    Entry{Id::user_timeout, "user_timeout", Unit::milliseconds, 1, largest_int, rw, tcp, ip, "the system's",
          "how long sent bytes may stay unacknowledged", "Windows rounds it up to whole seconds"},
    Entry{Id::fast_open, "fast_open", Unit::count, 0, 65535, rw, listeners, ip, "0, off",
          "how many connections may begin with data before their handshake ends",
          "Windows knows on and off, and reads 1 for on"},
    Entry{Id::congestion, "congestion", Unit::text, 1, 15, rw, tcp, ip, "the system's",
          "the algorithm of congestion control", "not_supported on Windows, which documents none"},
    Entry{Id::tcp_info, "tcp_info", Unit::tcp_info, 0, 0, ro, streams, ip, "none before it is connected",
          "round trip, retransmitted bytes, congestion window and segment size", "Windows 10 1703 and later"},
    Entry{Id::time_to_live, "time_to_live", Unit::count, 1, 255, rw, all, ip, "64; Windows: 128",
          "how many routers a packet may pass", ""},
    Entry{Id::type_of_service, "type_of_service", Unit::count, 0, 255, rw, all, ip, "0",
          "the type of service, or the traffic class of IPv6",
          "not_supported for IPv4 on Windows, which ignores it; a stream's lowest two bits are the system's"},
    Entry{Id::dont_fragment, "dont_fragment", Unit::flag, 0, 1, rw, datagrams, ip, "off",
          "a datagram that is too large for a link is refused, not cut", ""},
    Entry{Id::multicast_time_to_live, "multicast_time_to_live", Unit::count, 0, 255, rw, datagrams, ip, "1",
          "how many routers a multicast datagram may pass", ""},
    Entry{Id::multicast_loop, "multicast_loop", Unit::flag, 0, 1, rw, datagrams, ip, "on",
          "multicast datagrams come back to members in this machine",
          "set it on both sides: Linux asks the sender's socket, Windows for IPv4 the receiver's"},
    Entry{Id::multicast_interface, "multicast_interface", Unit::interface_index, 0, largest_int, rw, datagrams, ip,
          "0, the system's choice", "the interface that multicast datagrams leave by",
          "an index on both; Linux reads it back for IPv4 where the interface has an address"},
    Entry{Id::v6_only, "v6_only", Unit::flag, 0, 1, rw, all, ipv6, "off; Windows and Pier's sockets: on",
          "an IPv6 socket takes no IPv4", "before bind only (invalid_argument), where Pier sets it itself"},
    Entry{Id::bind_to_device, "bind_to_device", Unit::interface_index, 0, largest_int, rw, all, ip, "0, any",
          "the only interface that the socket uses", "Windows binds what is sent, not what is received"},
    Entry{Id::packet_info, "packet_info", Unit::flag, 0, 1, rw, datagrams, ip, "off",
          "each datagram tells its destination and interface", "to code that receives by the native handle"},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (static_cast<std::size_t>(entries[i].id) != i) return false;
    }
    return entries.back().id == Id::packet_info;
}
static_assert(in_order(), "entry() counts on it");

std::uint8_t bit_of(spi::SocketKind kind) noexcept {
    switch (kind) {
        case spi::SocketKind::stream:
            return streams;
        case spi::SocketKind::listener:
            return listeners;
        case spi::SocketKind::datagram:
            return datagrams;
        case spi::SocketKind::pipe:
        case spi::SocketKind::foreign:
            break;
    }
    return 0;
}

std::uint8_t bit_of(Family family) noexcept {
    switch (family) {
        case Family::ipv4:
            return ipv4;
        case Family::ipv6:
            return ipv6;
        case Family::unix_domain:
            return unix_domain;
        case Family::unspecified:
            break;
    }
    return 0;
}

}  // namespace

std::span<const Entry> table() noexcept { return entries; }

const Entry& entry(Id id) noexcept { return entries[static_cast<std::size_t>(id)]; }

const Entry* find(std::string_view name) noexcept {
    const auto found = std::ranges::find(entries, name, &Entry::name);
    return found == entries.end() ? nullptr : &*found;
}

std::optional<Id> id_of(Option option) noexcept {
    switch (option) {
        case Option::no_delay:
            return Id::no_delay;
        case Option::keep_alive:
            return Id::keep_alive;
        case Option::receive_buffer:
            return Id::receive_buffer;
        case Option::send_buffer:
            return Id::send_buffer;
        case Option::broadcast:
            return Id::broadcast;
        case Option::time_to_live:
            return Id::time_to_live;
    }
    return std::nullopt;
}

bool in_range(const Entry& entry, const Raw& value) noexcept {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return entry.unit < Unit::text && *number >= entry.least && *number <= entry.most;
    }
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && entry.unit == Unit::text && text->size() >= static_cast<std::size_t>(entry.least) &&
           text->size() <= static_cast<std::size_t>(entry.most) && !text->contains('\0');
}

bool applies(const Entry& entry, spi::SocketKind kind, Family family) noexcept {
    return (entry.sockets & bit_of(kind)) != 0 && (entry.families & bit_of(family)) != 0;
}

}  // namespace pier::option
