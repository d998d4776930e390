// All socket options in one table: for tools that know an option by its name, for the documentation and for the tests.
// Programs that know the option when they are written use <pier/socket/options.hpp>.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/option.hpp>
#include <pier/result.hpp>
#include <pier/spi/socket.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace pier::option {

// In the order of the table.
enum class Id : std::uint8_t {
    reuse_address,
    reuse_port,
    keep_alive,
    keep_alive_idle,
    keep_alive_interval,
    keep_alive_count,
    send_buffer,
    receive_buffer,
    linger,
    broadcast,
    error,
    type,
    accepting,
    out_of_band_inline,
    receive_timeout,
    send_timeout,
    no_delay,
    maximum_segment,
    user_timeout,
    fast_open,
    congestion,
    tcp_info,
    time_to_live,
    type_of_service,
    dont_fragment,
    multicast_time_to_live,
    multicast_loop,
    multicast_interface,
    v6_only,
    bind_to_device,
    packet_info,
};

// What a value is. All but the last three are whole numbers (Raw).
enum class Unit : std::uint8_t {
    flag,             // 0 or 1
    count,            // a plain number
    bytes,            //
    seconds,          //
    linger,           // seconds, and -1 for "off"
    milliseconds,     //
    interface_index,  // the index of a network interface; 0 leaves the choice to the system
    type,             // a SocketType
    text,             //
    error,            // an Error
    tcp_info,         // a TcpInfo
};

enum class SocketType : std::uint8_t { stream = 1, datagram = 2 };

// What both systems tell of a connection.
struct TcpInfo {
    std::chrono::microseconds round_trip{};  // smoothed (RFC 6298)
    std::uint64_t retransmitted_bytes = 0;   // since the connection was made
    std::uint64_t congestion_window = 0;     // bytes
    std::uint32_t maximum_segment = 0;       // bytes that a segment to the peer holds
    friend bool operator==(const TcpInfo&, const TcpInfo&) noexcept = default;
};

// A value without its type. Numbers are in the unit of the option.
using Raw = std::variant<std::int64_t, std::string, Error, TcpInfo>;

enum class Access : std::uint8_t { read_write, read_only };

// Bits of Entry::sockets and Entry::families.
inline constexpr std::uint8_t streams = 1;
inline constexpr std::uint8_t listeners = 2;
inline constexpr std::uint8_t datagrams = 4;
inline constexpr std::uint8_t ipv4 = 1;
inline constexpr std::uint8_t ipv6 = 2;
inline constexpr std::uint8_t unix_domain = 4;

struct Entry {
    Id id;
    std::string_view name;  // as the struct of <pier/socket/options.hpp>
    Unit unit;
    std::int64_t least;  // of a number; of a text, its bytes
    std::int64_t most;
    Access access;
    std::uint8_t sockets;
    std::uint8_t families;
    std::string_view usual;    // what a socket has that nobody has set it on
    std::string_view meaning;  // a sentence
    std::string_view promise;  // what holds where the systems differ; empty where they don't
};

// Static storage, in the order of Id; any thread.
[[nodiscard]] std::span<const Entry> table() noexcept;
[[nodiscard]] const Entry& entry(Id id) noexcept;
// Null where there is none of that name.
[[nodiscard]] const Entry* find(std::string_view name) noexcept;
// What an old Option is here. None for a number that is no Option.
[[nodiscard]] std::optional<Id> id_of(Option option) noexcept;
// Whether the value is of the option's kind and inside of its range.
[[nodiscard]] bool in_range(const Entry& entry, const Raw& value) noexcept;
// Whether a socket of this kind and family has the option, on a system that has it.
[[nodiscard]] bool applies(const Entry& entry, spi::SocketKind kind, Family family) noexcept;

// Reads or sets an option of a socket. Reading `error` takes the error. Any thread that may use the socket; never
// blocks. Errors: no_protocol_option for an option that this kind of socket has not, not_supported for one that this
// system has not and for setting one that is only read, invalid_argument for a value outside of its range (the system
// has not seen it then) or at the wrong time (of a bound socket, what has to come before bind), and what the system
// says.
[[nodiscard]] Result<Raw> read(spi::NativeSocket socket, spi::SocketKind kind, Id id);
[[nodiscard]] Result<void> write(spi::NativeSocket socket, spi::SocketKind kind, Id id, const Raw& value);

}  // namespace pier::option
