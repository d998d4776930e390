// The platform seam, resolved by the linker: exactly one backend defines these functions over neutral values. Every
// socket that passes here is non-blocking and not inherited by child processes. All functions may be called from any
// thread unless they say otherwise; none blocks unless it says so. Errors are Pier's conditions with the system's
// number.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/option.hpp>
#include <pier/result.hpp>
#include <pier/spi/operation.hpp>
#include <pier/spi/socket.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pier::sys {

using spi::NativeSocket;

// Once per process, before anything else here; later calls do nothing (WSAStartup has one owner; never undone, because
// other threads may still hold sockets). Errors: not_supported.
[[nodiscard]] Result<void> start_up();

// Monotonic, in nanoseconds (CLOCK_MONOTONIC; QueryPerformanceCounter).
[[nodiscard]] Time now() noexcept;

// A new socket. Streams come with TCP_NODELAY. On Windows it is an overlapped one, with SIO_UDP_CONNRESET and
// SIO_UDP_NETRESET off for datagrams. Errors: too_many_files_open, no_buffer_space, address_family_not_supported,
// permission_denied.
[[nodiscard]] Result<NativeSocket> open(Family family, spi::SocketKind kind);

struct BindOptions {
    bool share_port = false;  // SO_REUSEPORT with load balancing; not_supported where the system has none
    bool dual_stack = false;  // an IPv6 socket takes IPv4 too; without it IPV6_V6ONLY is set on every system
};
// Listeners get SO_REUSEADDR on POSIX (restart in spite of TIME_WAIT) and SO_EXCLUSIVEADDRUSE on Windows (no
// hijacking). Errors: address_in_use (also for WSAEACCES from a conflicting exclusive bind), address_not_available,
// permission_denied.
[[nodiscard]] Result<void> bind(NativeSocket socket, const Endpoint& endpoint, spi::SocketKind kind,
                                BindOptions options);

struct ListenOptions {
    int backlog = 4096;                // the system clamps it
    bool client_speaks_first = false;  // TCP_DEFER_ACCEPT where there is one
};
[[nodiscard]] Result<void> listen(NativeSocket socket, ListenOptions options);

// Whether BindOptions::share_port works on this system.
[[nodiscard]] bool can_share_port() noexcept;

// An unbound socket answers "unspecified". Errors: not_connected for the peer.
[[nodiscard]] Result<Endpoint> local_endpoint(NativeSocket socket);
[[nodiscard]] Result<Endpoint> peer_endpoint(NativeSocket socket);

// Ends the sending direction (FIN). Success also when the connection is already gone in both directions.
[[nodiscard]] Result<void> shutdown_send(NativeSocket socket);

// Never blocks, never fails: there is nothing that a caller could do. no_socket is ignored.
void close(NativeSocket socket) noexcept;
// The next close sends RST and drops what is queued (SO_LINGER 0).
[[nodiscard]] Result<void> reset_on_close(NativeSocket socket);

// Values as in option.hpp. Errors: invalid_argument for any other; no_protocol_option or not_supported where the system
// has no such option.
[[nodiscard]] Result<void> set_option(NativeSocket socket, Option option, int value);
[[nodiscard]] Result<int> get_option(NativeSocket socket, Option option);

enum class Attempt : bool { would_block, done };

// Tries accept, receive, send, receive_from, send_to or wait once, and never blocks. `done`: op.error and
// op.transferred say how it ended (a received 0 is the end of the stream); the stage is left alone. accept fills
// AcceptOperation::accepted, with the peer; connections that died in the queue are skipped. receive_from fills the
// endpoint and Flag::truncated. A signal's EINTR is retried inside. Buffers as described at Operation; an empty buffer
// is the caller's matter.
[[nodiscard]] Attempt attempt(spi::Operation& op) noexcept;
// The same for a receive or a send with one buffer: what a server does all day pays for no choice.
[[nodiscard]] Attempt attempt_receive(spi::Operation& op) noexcept;
[[nodiscard]] Attempt attempt_send(spi::Operation& op) noexcept;

// Begins op.endpoint's connect; `would_block` is the normal case: wait for room to send, then ask connect_result. An
// unspecified address means the loopback one on every system; port 0 is invalid_argument.
[[nodiscard]] Attempt connect_start(spi::AddressedOperation& op) noexcept;
[[nodiscard]] Attempt connect_result(spi::AddressedOperation& op) noexcept;

// Sets the only peer of a datagram socket, at once, and lets the socket report "port unreachable" as
// connection_refused. An unspecified address means the loopback one. Errors: network_unreachable, invalid_argument.
[[nodiscard]] Result<void> connect_datagram(NativeSocket socket, const Endpoint& peer);

// Waits for one socket: the whole mechanism of the blocking engine. Confined to one thread but for wake().
class OneWaiter {
public:
    virtual ~OneWaiter() = default;
    // Blocks until the socket is ready for the direction (true), or `until` came or wake() was called (false). With
    // no_socket it only sleeps. An error on the socket counts as ready: the next attempt reports it.
    [[nodiscard]] virtual Result<bool> wait(NativeSocket socket, spi::Direction direction, Time until) = 0;
    // As Engine::wake().
    virtual void wake() noexcept = 0;
};
[[nodiscard]] Result<std::unique_ptr<OneWaiter>> make_one_waiter();

// The system's resolver; both BLOCK, for seconds. A host and a service (empty: port 0) to stream endpoints, in the
// system's order; an address of its own and back. Texts are UTF-8 and hold no NUL. Errors: host_not_found,
// service_not_found, temporary_resolver_failure, address_family_not_supported, not_enough_memory.
[[nodiscard]] Result<std::vector<Endpoint>> look_up(const std::string& host, const std::string& service, Family family);
[[nodiscard]] Result<void> look_up_name(const Endpoint& endpoint, std::string& host, std::string& service);

// The index of a network interface by name, 0 where there is none.
[[nodiscard]] std::uint32_t interface_index(std::string_view name);

// main()'s arguments in UTF-8 (on Windows taken from the wide command line; argc and argv are ignored there).
[[nodiscard]] std::vector<std::string> arguments(int argc, char** argv);

// For a program's start: UTF-8 and binary standard streams on Windows; on POSIX as many descriptors as the hard limit
// allows, /dev/null for a standard stream that is closed, and SIGPIPE ignored unless it has a handler.
void prepare_process() noexcept;

// Whether a stream of this process goes to a terminal that obeys escape sequences. A console of Windows is told to, for
// as long as the process runs.
enum class StandardStream : std::uint8_t { output, error };
[[nodiscard]] bool is_terminal(StandardStream stream) noexcept;

// Writing to a pipe or socket that nobody reads is an error and not the end of the process, unless the program has a
// handler for SIGPIPE. Nothing on Windows, which has no such signal.
void ignore_broken_pipe_signal() noexcept;

// Calls handler(context) when the user or the system asks the process to stop: SIGINT, SIGTERM; Ctrl-C, Ctrl-Break,
// closing the console, and the named event "Local\pier-stop-PID" on Windows. The handler runs on another thread or
// inside a signal handler: it may only do what is async-signal-safe (Loop::post of a prepared Post is). Can come more
// than once. When the call returns, the handler before is not running any more; without one, requests are ignored.
[[nodiscard]] Result<void> on_stop_request(void (*handler)(void*) noexcept, void* context);

// BLOCKS. 0 at the end, and without a standard input. A console gives UTF-8. At least 16 bytes of room; one thread of
// the process at a time.
[[nodiscard]] Result<std::size_t> read_standard_input(std::span<std::byte> into);

}  // namespace pier::sys
