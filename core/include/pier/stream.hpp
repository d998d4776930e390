// A connected stream: TCP, or a Unix-domain stream.
#pragma once

#include <pier/buffer.hpp>
#include <pier/chunk.hpp>
#include <pier/detail/awaiter.hpp>
#include <pier/detail/handle.hpp>
#include <pier/detail/wait_awaiter.hpp>
#include <pier/endpoint.hpp>
#include <pier/option.hpp>
#include <pier/socket/credentials.hpp>
#include <pier/task.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>

namespace pier {

class Stream;
class ConnectFailure;
class File;
struct FileRange;
struct IncompleteSend;
// A connection between Listener::accept_unattached() and Stream::adopt(), which may be another loop's.
using Accepted = spi::Accepted;

// Why receive_exactly() has failed. Where an Error is expected, it is one.
struct IncompleteReceive : Error {
    std::size_t received = 0;  // bytes that are in the caller's buffer, from its beginning
};

namespace spi {

// Results as a number of bytes.
class TransferAwaiter : public SocketAwaiter<Operation> {
public:
    TransferAwaiter(Deadline limit, Verb v, const Handle& on, std::byte* data, std::size_t size, bool array) noexcept
        : SocketAwaiter(limit, v, on) {
        buffer = data;
        length = static_cast<std::uint32_t>(size < largest_submission ? size : largest_submission);
        if (array) set(vectored);
    }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop* loop = reach(handle);
        if (loop == nullptr) [[unlikely]]
            return start_closed();
        bool plain = verb == Verb::send && !has(vectored);
        return is_parked(plain ? loop->start_send(*this, take_deadline()) : loop->start(*this, take_deadline()));
    }
    Result<std::size_t> await_resume() const noexcept {
        if (error.condition != Errc::ok) [[unlikely]]
            return std::unexpected(error);
        return transferred;
    }
};

class LentReceiveAwaiter : public SocketAwaiter<Operation> {
public:
    LentReceiveAwaiter(Deadline limit, const Handle& on) noexcept : SocketAwaiter(limit, Verb::receive, on) {
        set(lend);
    }
    // In line, whatever GCC thinks: a server awaits one after every request, and the call costs it 17 instructions.
    template <std::derived_from<PromiseBase> P>
    [[gnu::always_inline]] inline bool await_suspend(std::coroutine_handle<P> handle) {
        Loop* loop = reach(handle);
        if (loop == nullptr) [[unlikely]]
            return start_closed();
        return is_parked(loop->start_lent(*this, take_deadline()));
    }
    ~LentReceiveAwaiter() {
        if (buffer != nullptr) context->loop->chunks().give_back(buffer);
    }
    Result<Chunk> await_resume() noexcept {
        if (error.condition != Errc::ok) [[unlikely]]
            return std::unexpected(error);
        return Result<Chunk>(std::in_place, std::exchange(buffer, nullptr), transferred, context->loop->chunks());
    }
};

class WholeAwaiter : public SocketAwaiter<WholeOperation> {
public:
    WholeAwaiter(Deadline limit, Verb v, const Handle& on, std::byte* data, std::size_t size) noexcept
        : SocketAwaiter(limit, v, on) {
        set(whole);
        buffer = data;
        length = static_cast<std::uint32_t>(size < largest_submission ? size : largest_submission);
        rest = size - length;
    }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop* loop = reach(handle);
        if (loop == nullptr) [[unlikely]]
            return start_closed();
        return is_parked(verb == Verb::send ? loop->start_send(*this, take_deadline())
                                            : loop->start(*this, take_deadline()));
    }
};

// Tells on failure how many bytes had come.
class ExactReceiveAwaiter : public WholeAwaiter {
public:
    ExactReceiveAwaiter(Deadline limit, const Handle& on, std::span<std::byte> into) noexcept
        : WholeAwaiter(limit, Verb::receive, on, into.data(), into.size()), begin_(into.data()) {}
    std::expected<void, IncompleteReceive> await_resume() const noexcept {
        if (error.condition == Errc::ok) return {};
        // `buffer` is where the last piece began.
        return std::unexpected(IncompleteReceive{error, static_cast<std::size_t>(buffer - begin_) + transferred});
    }

private:
    const std::byte* begin_;
};

class ConnectAwaiter : public Awaiter<AddressedOperation> {
public:
    ConnectAwaiter(Deadline limit, const Endpoint& to) noexcept : Awaiter(limit, Verb::connect) { endpoint = to; }
    ConnectAwaiter(const ConnectAwaiter&) = delete;
    ~ConnectAwaiter() {
        if (descriptor != nullptr) context->loop->close(*descriptor);
    }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop& loop = enter(handle);
        Deadline limit = take_deadline();
        return is_parked(open(loop) ? loop.start(*this, limit) : loop.end_at_once(*this, error));
    }
    Result<Stream> await_resume() noexcept;

private:
    bool open(Loop& loop) noexcept;
};

}  // namespace spi

// Move-only handle; confined to the thread of the loop that it was made on. At most one operation a direction is under
// way at a time (a second one ends with already_in_progress); both directions at once are fine, but not on the blocking
// engines. Destroying or closing a stream, or assigning to it, ends operations that other tasks have under way on it as
// operation_canceled.
//
// An operation looks at its stream when it is awaited: one that was made before close() and is awaited after it ends as
// not_connected. The stream must be where it was by then, neither moved nor gone. A task of another loop than the
// stream's that awaits one ends the program with a sentence.
//
// A reset is reported as connection_reset, and again by every later receive and send; the end of the stream likewise
// stays the end. What had been received before a reset but not yet read may be lost (Windows discards it): to end well,
// finish(), read to the end, then close.
//
// A receive that a deadline or a scope ends has taken nothing, and the stream goes on. On Windows' overlapped engines
// that is sure of receives with a deadline and of chunks: of a plain receive(span) that a scope cancels the system has
// the buffer, and promises nothing for what follows. Where the stream is used afterwards, give such a one a deadline.
class Stream : public spi::Handle {
public:
    Stream() = default;
    explicit Stream(Loop& loop, spi::Descriptor& descriptor) noexcept : Handle(loop, descriptor) {}

    // Connects, on the loop of the awaiting task. Errors: connection_refused, connection_reset (the listener has closed
    // meanwhile), timed_out, host_unreachable, network_unreachable, operation_canceled, address_not_available,
    // too_many_files_open, invalid_argument (port 0). An unspecified address means loopback, which peer() says then. On
    // Windows a loopback peer whose backlog is full refuses at once, as a closed port does; PIER_HASTEN_REFUSAL=0 in
    // the environment lets the system repeat the attempt for two seconds in both cases.
    // A Unix-domain listener answers at once: connection_refused also when its backlog is full (the system has no way
    // to wait for room there). Errors besides: file_not_found, permission_denied (the file, or a directory before it),
    // protocol_error (a datagram socket), address_family_not_supported where the system has no such sockets, and on
    // Windows for an abstract name.
    [[nodiscard]] static spi::ConnectAwaiter connect(const Endpoint& endpoint, Deadline deadline = {}) noexcept {
        return spi::ConnectAwaiter(deadline, endpoint);
    }
    // Connects to a name: <pier/socket/connect_by_name.hpp>, which has to be included.
    [[nodiscard]] static Task<std::expected<Stream, ConnectFailure>> connect(std::string host, std::string service,
                                                                             Deadline deadline = {});
    // Gives the connection up, for another loop's adopt() or another process (pier/ipc/socket_passing.hpp): this object
    // is empty then. Errors, after which nothing has changed: not_connected when nothing is held; already_in_progress
    // while an operation is under way; input_waiting on io_uring, which may have received something that nobody has
    // taken yet; receive_cut_short and broken_pipe after a transfer that was ended half-way; connection_reset;
    // too_many_files_open. not_supported on Windows, where a socket's engine has it for good: there, pass on what
    // Listener::accept_unattached() gave.
    [[nodiscard]] Result<Accepted> detach();
    // Takes over what a listener accepted, on the loop that runs here. Errors: operation_canceled where none does, as
    // in a post that was left when its loop went; not_supported on the engine uv for what another loop accepted;
    // invalid_argument for one that was moved from; what the engine says. The connection is closed then.
    [[nodiscard]] static Result<Stream> adopt(Accepted&& accepted);

    // Some bytes, in a buffer that the loop lends when data is there, so that an idle peer costs no buffer; empty at
    // the end of the stream. Errors: connection_reset, timed_out (the deadline, or the system's), operation_canceled,
    // receive_cut_short after a receive_exactly() that was ended half-way. What had come before the deadline is given
    // even when the loop was too busy to look until after it; so it is with every operation that has a deadline.
    [[nodiscard]] spi::LentReceiveAwaiter receive(Deadline deadline) const noexcept { return {deadline, *this}; }
    // Not a default argument: GCC keeps each of those in the frame, and this is what an idle connection waits in.
    [[nodiscard]] spi::LentReceiveAwaiter receive() const noexcept { return {{}, *this}; }
    // Some bytes, into the caller's buffer, which must live until the operation has ended; 0 at the end of the stream.
    // An empty buffer gives 0 at once.
    [[nodiscard]] spi::TransferAwaiter receive(std::span<std::byte> into, Deadline deadline = {}) const noexcept {
        return {deadline, spi::Verb::receive, *this, into.data(), into.size(), false};
    }
    // The same, filled one after the other. The array must live as long as the buffers.
    [[nodiscard]] spi::TransferAwaiter receive(std::span<const Buffer> into, Deadline deadline = {}) const noexcept {
        return vector(spi::Verb::receive, into, deadline);
    }
    // Fills the buffer. Errors: those of receive(), and end_of_stream when the peer ended earlier; with each goes the
    // number of bytes that had come. When it is cancelled or meets its deadline after some had come, nobody can read on
    // from a message's beginning: every later receive fails with receive_cut_short. Sending is not concerned.
    [[nodiscard]] spi::ExactReceiveAwaiter receive_exactly(std::span<std::byte> into,
                                                           Deadline deadline = {}) const noexcept {
        return {deadline, *this, into};
    }
    // Fills all the pieces, however many, in order. The array must live as long as the pieces. Throws std::bad_alloc
    // before anything is received.
    [[nodiscard]] Task<std::expected<void, IncompleteReceive>> receive_exactly(std::span<const Buffer> into,
                                                                               Deadline deadline = {}) const;

    // Until a receive, or a send, would not have to wait: it may also say at once how the stream has ended. For
    // protocols that have to know before they act; a plain receive costs less. Errors: not_supported on the engine uv,
    // whose library reads for itself; operation_canceled, timed_out.
    [[nodiscard]] spi::WaitAwaiter readable(Deadline deadline = {}) const noexcept { return {deadline, *this, false}; }
    [[nodiscard]] spi::WaitAwaiter writable(Deadline deadline = {}) const noexcept { return {deadline, *this, true}; }

    // Sends some of it (at most 1 MiB at once): how many bytes. Errors: connection_reset or broken_pipe when the peer
    // is gone (which of the two is the system's matter), broken_pipe after finish(), after a send that was cancelled
    // half-way, and on Windows' overlapped engines after any send that was cancelled while the system had it: what it
    // says of the progress of such a one is no promise.
    [[nodiscard]] spi::TransferAwaiter send(std::span<const std::byte> data, Deadline deadline = {}) const noexcept {
        return {deadline, spi::Verb::send, *this, const_cast<std::byte*>(data.data()), data.size(), false};
    }
    [[nodiscard]] spi::TransferAwaiter send(std::span<const ConstBuffer> data, Deadline deadline = {}) const noexcept {
        return vector(spi::Verb::send, data, deadline);
    }
    // Sends all of it. The deadline counts for the whole.
    [[nodiscard]] spi::WholeAwaiter send_all(std::span<const std::byte> data, Deadline deadline) const noexcept {
        return {deadline, spi::Verb::send, *this, const_cast<std::byte*>(data.data()), data.size()};
    }
    [[nodiscard]] spi::WholeAwaiter send_all(std::span<const std::byte> data) const noexcept {
        return {{}, spi::Verb::send, *this, const_cast<std::byte*>(data.data()), data.size()};
    }

    // Sends all the pieces, however many, in order, as send_all() of their sum would. The array must live as long as
    // the pieces. Throws std::bad_alloc before anything is sent.
    [[nodiscard]] Task<Result<void>> send_all(std::span<const ConstBuffer> data, Deadline deadline = {}) const;

    // Sends a part of a file: <pier/socket/send_file.hpp>, which has to be included.
    [[nodiscard]] Task<std::expected<std::uint64_t, IncompleteSend>> send_file(const File& file, FileRange range,
                                                                               Deadline deadline = {}) const;

    // Ends the sending direction: the peer reads the end of the stream, its bytes still arrive here. Idempotent.
    // Errors: not_connected; already_in_progress while a send is under way.
    [[nodiscard]] Result<void> finish() const;
    // Closes. Input that was not read makes the system tell the peer so by a reset.
    using Handle::close;
    // Closes with a reset: the peer's operations fail with connection_reset, what was queued is dropped. Of a
    // Unix-domain stream this is a plain close: its protocol has no reset but for input that was not read.
    void abort() noexcept;

    // The peer as of connect or accept: it stays known after a reset. Without a family when the stream is empty.
    using Handle::peer;
    [[nodiscard]] Result<Endpoint> local() const;
    // Who has connected, or listens: of a Unix-domain stream. Errors: not_connected when nothing is held; not_supported
    // for TCP, and where the system does not tell (unix(7), SO_PEERCRED; SIO_AF_UNIX_GETPEERPID on Windows).
    [[nodiscard]] Result<PeerCredentials> peer_credentials() const;
    using Handle::get;
    using Handle::set;
    // The system's own handle, for calls that Pier has none for. It stays this object's: never close it, never change
    // its mode, never receive or send by it while an operation is under way. no_socket when nothing is held.
    using Handle::native_handle;

private:
    template <class Piece>
    [[nodiscard]] spi::TransferAwaiter vector(spi::Verb verb, std::span<const Piece> buffers,
                                              Deadline deadline) const noexcept {
        // Only so many pieces go at once, and a receive into empty ones would look like the end of the stream.
        while (!buffers.empty() && buffers.front().size == 0) buffers = buffers.subspan(1);
        auto* array = reinterpret_cast<std::byte*>(const_cast<Piece*>(buffers.data()));
        std::size_t count = buffers.size() < spi::most_buffers ? buffers.size() : spi::most_buffers;
        return {deadline, verb, *this, array, count, true};
    }
};

inline Result<Stream> spi::ConnectAwaiter::await_resume() noexcept {
    if (error.condition != Errc::ok) [[unlikely]]
        return std::unexpected(error);
    return Stream(*context->loop, *std::exchange(descriptor, nullptr));
}

}  // namespace pier
