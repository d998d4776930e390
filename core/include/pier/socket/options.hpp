// Socket options with types: stream.set(option::linger{2s}), listener.get<option::receive_buffer>(). The page
// docs/options.md has them in a table.
//
// Thread and errors of set() and get(): the thread of the socket's loop; not_connected when nothing is held, and the
// errors of option::read() and option::write(). "0 to 255" and the like is checked before the system sees the value.
#pragma once

#include <pier/detail/handle.hpp>
#include <pier/socket/option_table.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace pier::option {

// A port whose old connections are in TIME_WAIT can be bound again. Never lets two sockets have one port: on Windows it
// is SO_EXCLUSIVEADDRUSE, which keeps everybody else off, and there it can't be cleared (not_supported).
struct reuse_address {
    static constexpr Id id = Id::reuse_address;
    using Value = bool;
    Value value = true;
};

// Several listeners, or datagram sockets, share one port, and the system spreads what comes over them. Before bind; all
// of them need it. Windows has no such option.
struct reuse_port {
    static constexpr Id id = Id::reuse_port;
    using Value = bool;
    Value value = true;
};

// An idle connection is probed, so that a dead peer is found out (RFC 9293, 3.8.4).
struct keep_alive {
    static constexpr Id id = Id::keep_alive;
    using Value = bool;
    Value value = true;
};

// How long a connection is idle before the first probe: 1 to 32767 s. Windows 10 1709 and later.
struct keep_alive_idle {
    static constexpr Id id = Id::keep_alive_idle;
    using Value = std::chrono::seconds;
    Value value{};
};

// Between two probes: 1 to 32767 s. Windows 10 1709 and later.
struct keep_alive_interval {
    static constexpr Id id = Id::keep_alive_interval;
    using Value = std::chrono::seconds;
    Value value{};
};

// Unanswered probes that end the connection: 1 to 127. Windows 10 1703 and later.
struct keep_alive_count {
    static constexpr Id id = Id::keep_alive_count;
    using Value = int;
    Value value{};
};

// Bytes that the system keeps until the peer has them: a hint. Linux doubles what it is told; that is halved back when
// it is read.
struct send_buffer {
    static constexpr Id id = Id::send_buffer;
    using Value = int;
    Value value{};
};

// Bytes that the system keeps until they are received: a hint, as send_buffer.
struct receive_buffer {
    static constexpr Id id = Id::receive_buffer;
    using Value = int;
    Value value{};
};

// What close() does with bytes that the peer does not have yet. None: the system goes on sending, and close() returns
// at once. 0 s: they are dropped, and the peer meets a reset. More: Linux waits in close() for that long, which stops
// the loop's thread; Windows can't wait there, and goes on sending as without it.
struct linger {
    static constexpr Id id = Id::linger;
    using Value = std::optional<std::chrono::seconds>;
    Value value{};
};

// Datagrams may go to broadcast addresses (IPv4).
struct broadcast {
    static constexpr Id id = Id::broadcast;
    using Value = bool;
    Value value = true;
};

// The pending error, which reading takes; ok where there is none. An operation that has not failed yet may not see it
// then. Only read.
struct error {
    static constexpr Id id = Id::error;
    static constexpr bool read_only = true;
    using Value = Error;
    Value value{};
};

// What kind of socket it is. Only read.
struct type {
    static constexpr Id id = Id::type;
    static constexpr bool read_only = true;
    using Value = SocketType;
    Value value{};
};

// Whether it listens. Only read.
struct accepting {
    static constexpr Id id = Id::accepting;
    static constexpr bool read_only = true;
    using Value = bool;
    Value value{};
};

// Urgent bytes stay among the others (RFC 6093).
struct out_of_band_inline {
    static constexpr Id id = Id::out_of_band_inline;
    using Value = bool;
    Value value = true;
};

// The system's own bound of a blocking receive; 0 is none. Pier's operations never block in the system, and have
// deadlines instead: this is for code that is given the native handle. The system may round it up to its clock's tick.
struct receive_timeout {
    static constexpr Id id = Id::receive_timeout;
    using Value = std::chrono::milliseconds;
    Value value{};
};

// The same of a blocking send.
struct send_timeout {
    static constexpr Id id = Id::send_timeout;
    using Value = std::chrono::milliseconds;
    Value value{};
};

// Small segments are sent at once (Nagle's algorithm is off, RFC 9293, 3.7.4). Pier's default on every stream.
struct no_delay {
    static constexpr Id id = Id::no_delay;
    using Value = bool;
    Value value = true;
};

// The most bytes of a segment that the connection may use: 88 to 32767. Reading gives what it uses now. Windows has no
// such option that is documented.
struct maximum_segment {
    static constexpr Id id = Id::maximum_segment;
    using Value = int;
    Value value{};
};

// How long sent bytes may stay unacknowledged before the connection is given up (RFC 5482). Windows rounds it up to
// whole seconds. Where nobody has set it the systems have numbers of their own for that.
struct user_timeout {
    static constexpr Id id = Id::user_timeout;
    using Value = std::chrono::milliseconds;
    Value value{};
};

// How many connections may begin with data before their handshake is complete (RFC 7413); 0 is off. Windows knows on
// and off only, and reads 1 for on.
struct fast_open {
    static constexpr Id id = Id::fast_open;
    using Value = int;
    Value value{};
};

// The algorithm of congestion control: "cubic", "reno". An algorithm that the system has not is name_not_found, and one
// that only an administrator may choose is permission_denied. Windows has no such option that is documented.
struct congestion {
    static constexpr Id id = Id::congestion;
    using Value = std::string;
    Value value{};
};

// How a connection does. Windows 10 1703 and later. Only read.
struct tcp_info {
    static constexpr Id id = Id::tcp_info;
    static constexpr bool read_only = true;
    using Value = TcpInfo;
    Value value{};
};

// Routers that a packet may pass: 1 to 255; the hop limit of IPv6.
struct time_to_live {
    static constexpr Id id = Id::time_to_live;
    using Value = int;
    Value value{};
};

// The byte of that name in IPv4, the traffic class in IPv6 (RFC 2474): 0 to 255. The lowest two bits of a stream's are
// the system's. Windows gives it to IPv6 alone.
struct type_of_service {
    static constexpr Id id = Id::type_of_service;
    using Value = int;
    Value value{};
};

// A datagram that is larger than a link on its way is refused (message_size) instead of cut into fragments.
struct dont_fragment {
    static constexpr Id id = Id::dont_fragment;
    using Value = bool;
    Value value = true;
};

// The same of multicast datagrams: 0 to 255; 0 keeps them in this machine. The default is 1.
struct multicast_time_to_live {
    static constexpr Id id = Id::multicast_time_to_live;
    using Value = int;
    Value value{};
};

// Whether multicast datagrams come back to members in this machine. Linux asks the sender's socket; Windows asks the
// receiver's for IPv4. Who sets it on both has the same everywhere.
struct multicast_loop {
    static constexpr Id id = Id::multicast_loop;
    using Value = bool;
    Value value = true;
};

// The index of the interface that multicast datagrams leave by; 0 lets the system choose. On Linux the interface needs
// an IPv4 address for it to be read back from a socket of IPv4.
struct multicast_interface {
    static constexpr Id id = Id::multicast_interface;
    using Value = std::uint32_t;
    Value value{};
};

// An IPv6 socket takes no IPv4. It has to be set before bind, which Pier does itself (ListenerOptions::dual_stack).
struct v6_only {
    static constexpr Id id = Id::v6_only;
    using Value = bool;
    Value value = true;
};

// The index of the only interface that the socket uses; 0 is any. On Windows it binds what is sent, and what is
// received may come from another one.
struct bind_to_device {
    static constexpr Id id = Id::bind_to_device;
    using Value = std::uint32_t;
    Value value{};
};

// Each datagram tells its destination and interface, to code that receives by the native handle.
struct packet_info {
    static constexpr Id id = Id::packet_info;
    using Value = bool;
    Value value = true;
};

template <class T>
concept Readable = requires {
    typename T::Value;
    { T::id } -> std::convertible_to<Id>;
};
template <class T>
concept Settable = Readable<T> && !requires {
    T::read_only;
};

namespace detail {

template <class Value>
Raw to_raw(const Value& value) {
    if constexpr (std::same_as<Value, std::string>) {
        return value;
    } else if constexpr (std::integral<Value>) {
        return static_cast<std::int64_t>(value);
    } else if constexpr (std::same_as<Value, std::optional<std::chrono::seconds>>) {
        // A negative time is not "off": -2 is in no range.
        if (!value) return std::int64_t{-1};
        return static_cast<std::int64_t>(value->count() < 0 ? -2 : value->count());
    } else {
        return static_cast<std::int64_t>(value.count());
    }
}

template <class Value>
Value from_raw(Raw&& raw) {
    if constexpr (std::same_as<Value, std::string> || std::same_as<Value, Error> || std::same_as<Value, TcpInfo>) {
        return std::get<Value>(std::move(raw));
    } else {
        const std::int64_t number = std::get<std::int64_t>(raw);
        if constexpr (std::same_as<Value, bool>) {
            return number != 0;
        } else if constexpr (std::same_as<Value, std::optional<std::chrono::seconds>>) {
            if (number < 0) return std::nullopt;
            return std::chrono::seconds(number);
        } else {
            return static_cast<Value>(number);
        }
    }
}

}  // namespace detail

}  // namespace pier::option

namespace pier::spi {

template <class TypedOption>
Result<void> Handle::set(const TypedOption& chosen) const {
    static_assert(option::Readable<TypedOption>, "this is no option; those of namespace pier::option are");
    static_assert(option::Settable<TypedOption>, "this option is only read; get<>() reads it");
    if (descriptor_ == nullptr) return fail(Errc::not_connected);
    require_here();
    if constexpr (option::Settable<TypedOption>) {
        const typename TypedOption::Value& value = chosen.value;
        return option::write(descriptor_->socket, descriptor_->kind, TypedOption::id, option::detail::to_raw(value));
    }
}

template <class TypedOption>
Result<typename TypedOption::Value> Handle::get() const {
    static_assert(option::Readable<TypedOption>, "this is no option; those of namespace pier::option are");
    if (descriptor_ == nullptr) return fail(Errc::not_connected);
    require_here();
    auto raw = option::read(descriptor_->socket, descriptor_->kind, TypedOption::id);
    if (!raw) return fail(raw.error());
    return option::detail::from_raw<typename TypedOption::Value>(std::move(*raw));
}

}  // namespace pier::spi
