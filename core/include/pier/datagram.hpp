// A datagram socket: UDP, or a Unix-domain datagram socket.
#pragma once

#include <pier/detail/awaiter.hpp>
#include <pier/detail/handle.hpp>
#include <pier/endpoint.hpp>
#include <pier/option.hpp>

#include <cstddef>
#include <span>

namespace pier {

// What a receive gave. A datagram of no bytes is one like any other: `size` 0 is no end of anything.
struct Received {
    std::size_t size = 0;    // bytes in the buffer
    Endpoint from;           // the sender; without a family where it has no name (a Unix-domain socket)
    bool truncated = false;  // the datagram was longer than the buffer, and the rest of it is lost
};

// What a socket is opened with.
struct DatagramOptions {
    // Other sockets that ask for it, too, may be bound to the same address, those of other programs among them: for
    // receivers of a group, each of which gets its datagrams. Of what is sent to one host only one of the sockets gets
    // each datagram, and which of them is the system's matter. SO_REUSEADDR: socket(7); "Using SO_REUSEADDR and
    // SO_EXCLUSIVEADDRUSE". Not for Unix-domain sockets: not_supported.
    bool share_address = false;
    // An IPv6 socket takes IPv4, too, whose addresses are mapped ones then. IPV6_V6ONLY is set in any case.
    bool dual_stack = false;
};

namespace spi {

class ReceiveFromAwaiter : public SocketAwaiter<AddressedOperation> {
public:
    ReceiveFromAwaiter(Deadline limit, const Handle& on, std::span<std::byte> into) noexcept
        : SocketAwaiter(limit, Verb::receive_from, on) {
        buffer = into.data();
        length = static_cast<std::uint32_t>(into.size() < largest_submission ? into.size() : largest_submission);
    }
    Result<Received> await_resume() const noexcept {
        if (error.condition != Errc::ok) return std::unexpected(error);
        return Received{transferred, endpoint, has(truncated)};
    }
};

class SendToAwaiter : public SocketAwaiter<AddressedOperation> {
public:
    // `refusal` other than ok: the operation ends with it, or as canceled, and is not started.
    SendToAwaiter(Deadline limit, const Handle& on, std::span<const std::byte> data, const Endpoint& to,
                  Errc refusal) noexcept
        : SocketAwaiter(limit, Verb::send_to, on) {
        buffer = const_cast<std::byte*>(data.data());
        length = static_cast<std::uint32_t>(data.size());
        endpoint = to;
        error.condition = refusal;
    }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        if (error.condition != Errc::ok) return end_at_once(handle, error);
        return SocketAwaiter::await_suspend(handle);
    }
};

}  // namespace spi

// Move-only handle; confined to its loop like a Stream, and awaited like one. Several receives and several sends may
// wait; each direction is served in order. One receive takes one datagram, one send is one datagram.
//
// A socket without a peer never reports what ICMP says of some earlier datagram: one unreachable client must not end a
// server's receive. A connected one reports "port unreachable" as connection_refused, once, by the next receive or send
// (which of the two is the system's matter), and goes on.
class Datagram : public spi::Handle {
public:
    // Bound to that address on the loop that runs here; port 0 takes a free one: see local(). Errors: address_in_use,
    // address_not_available, mapped_address, permission_denied, too_many_files_open. Unix-domain addresses: as
    // Listener::open(), whose errors come besides; the unnamed one takes a free abstract name, on Linux alone. Windows
    // has no Unix-domain datagrams: address_family_not_supported.
    [[nodiscard]] static Result<Datagram> open(const Endpoint& local, DatagramOptions options = {});
    // With a peer: receives only what comes from it. `local` without a family: any address of the peer's family. Errors
    // besides: network_unreachable, invalid_argument (port 0, or addresses of two families).
    [[nodiscard]] static Result<Datagram> connect(const Endpoint& peer, const Endpoint& local = {});

    Datagram() = default;

    // The next datagram, in the caller's buffer, which must live until the operation has ended. With an empty buffer it
    // is taken all the same, truncated to nothing. Errors: connection_refused, timed_out, operation_canceled.
    [[nodiscard]] spi::ReceiveFromAwaiter receive(std::span<std::byte> into, Deadline deadline = {}) const noexcept {
        return {deadline, *this, into};
    }
    // Errors: message_size when the datagram is longer than the protocol allows (65,507 bytes over IPv4), or than the
    // send buffer of a Unix-domain socket; already_connected on a socket with a peer; invalid_argument (port 0, or an
    // address of the other family); network_unreachable, host_unreachable, permission_denied (a broadcast without the
    // option). Unix-domain datagrams are not lost: where nobody receives it is connection_refused or file_not_found,
    // and no_buffer_space when the receiver's queue is full, of whose room the system tells no socket without a peer
    // (on one with a peer, send() waits).
    [[nodiscard]] spi::SendToAwaiter send_to(std::span<const std::byte> data, const Endpoint& to,
                                             Deadline deadline = {}) const noexcept {
        return {deadline, *this, data, to, refusal(data.size(), &to)};
    }
    // To the peer. Errors: not_connected without one; connection_refused; message_size.
    [[nodiscard]] spi::SendToAwaiter send(std::span<const std::byte> data, Deadline deadline = {}) const noexcept {
        return {deadline, *this, data, Endpoint{}, refusal(data.size(), nullptr)};
    }

    // Ends pending operations as operation_canceled. The file of a Unix-domain socket is removed, if it is still the
    // one that this process has made.
    void close() noexcept {
        file_.reset();
        Handle::close();
    }
    [[nodiscard]] const Endpoint& local() const noexcept { return local_; }
    // Without a family when there is none, or no socket.
    using Handle::get;
    using Handle::peer;
    using Handle::set;
    // As Stream::native_handle().
    using Handle::native_handle;

private:
    Datagram(Loop& loop, spi::Descriptor& descriptor) noexcept : Handle(loop, descriptor) {}
    static Result<Datagram> make(const Endpoint& local, const Endpoint* peer, DatagramOptions options);
    // What is wrong with a send before the system sees it: the systems answer each in their own way, or send it to
    // another address than the peer's. Null: to the peer.
    [[nodiscard]] Errc refusal(std::size_t size, const Endpoint* to) const noexcept;

    Endpoint local_;
    std::unique_ptr<spi::SocketFile> file_;  // goes before the socket is closed
};

}  // namespace pier
