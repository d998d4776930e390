// A listening socket: TCP, or a Unix-domain stream socket.
#pragma once

#include <pier/detail/awaiter.hpp>
#include <pier/detail/handle.hpp>
#include <pier/stream.hpp>

namespace pier {

struct ListenerOptions {
    int backlog = spi::limits::backlog;  // pending connections; the system clamps it
    bool share_port = false;  // several listeners, one per loop, on one port (SO_REUSEPORT); not_supported on Windows,
                              // and for Unix-domain sockets
    bool first_to_share = false;  // with share_port: who begins. The others join, and only a port of this program's own
    bool dual_stack = false;      // a listener on [::] takes IPv4 too; never by default, on no system
    // false: a connection is accepted only for an accept() that waits for one; who comes meanwhile stays in the
    // system's queue. For a bound on connections. true: io_uring and the overlapped engines accept up to
    // limits::uring_accepted or limits::most_accept_calls connections before anybody asks, which saves io_uring two
    // system calls a connection and the others a fifth of the connections a second. One may be accepted all the same:
    // on uv always, and on the overlapped engines for an accept() that was cancelled; the next accept() gets it.
    bool accept_ahead = true;
    bool client_speaks_first = false;  // accept only when data has come (Linux), and try the first receive at once
};

namespace spi {

class AcceptAwaiterBase : public SocketAwaiter<AcceptOperation> {
public:
    AcceptAwaiterBase(Deadline limit, const Handle& on) noexcept : SocketAwaiter(limit, on) {}
};

// Gives the connection unattached, for another loop.
class AcceptUnattachedAwaiter : public AcceptAwaiterBase {
public:
    using AcceptAwaiterBase::AcceptAwaiterBase;
    Result<Accepted> await_resume() noexcept {
        if (error.condition != Errc::ok) return std::unexpected(error);
        return std::move(accepted);
    }
};

class AcceptAwaiter : public AcceptAwaiterBase {
public:
    AcceptAwaiter(Deadline limit, const Handle& on, bool client_speaks_first) noexcept
        : AcceptAwaiterBase(limit, on), client_speaks_first_(client_speaks_first) {}
    Result<Stream> await_resume();

private:
    bool client_speaks_first_;
};

}  // namespace spi

// Move-only; confined to its loop like a Stream, and awaited like one. Several accepts may wait; they are served in
// order.
class Listener : public spi::Handle {
public:
    // Binds and listens on the loop that runs here. Port 0 takes a free one: see local(). On every system a port of a
    // live listener is refused with address_in_use, and one whose server has just ended is not. IPv4 in IPv6 form is
    // refused with mapped_address, unless it is dual_stack.
    // Who shares a port joins whoever shares it, of the same user, in any program. So the first listener of a program
    // is opened with first_to_share: it is refused with address_in_use where anybody listens, also when two programs
    // begin at the same moment, and those who join then find their own port. What remains is another program that
    // shares without being the first; the system has no way to keep it out.
    //
    // A Unix-domain path becomes a file, whose mode is what the process's umask leaves of 0777: who may write to it may
    // connect (unix(7)), so a private socket has a private directory. As with ports, a file whose server has died is no
    // obstacle: what refuses a connection is replaced. A file of another kind, and a socket that somebody listens on,
    // is address_in_use. Errors besides: address_family_not_supported where the system has no such sockets,
    // permission_denied, file_not_found (the directory), invalid_argument (the unnamed address).
    [[nodiscard]] static Result<Listener> open(const Endpoint& endpoint, ListenerOptions options = {});

    // The same in two steps, for a socket that another process, or a loop that is not made yet, will accept by. Any
    // thread, and no loop has to run. Errors of both: as open().
    [[nodiscard]] static Result<Accepted> open_unattached(const Endpoint& endpoint, ListenerOptions options = {});
    // Takes a TCP socket over that listens already, whoever has opened it (the system's service manager, a parent
    // process), on the loop that runs here; it is closed when that fails. It must be non-blocking. Several processes
    // may accept by one: each connection is one's. Of the options, backlog and client_speaks_first say what holds
    // already.
    [[nodiscard]] static Result<Listener> adopt(Accepted&& listening, ListenerOptions options = {});

    Listener() = default;

    // The next connection. One that died in the queue is skipped. Errors: too_many_files_open, no_buffer_space and
    // not_enough_memory, after which accept again a little later; likewise permission_denied, which a firewall says of
    // one connection and a sandbox of all, and connection_aborted, when more had died in a row than a queue holds;
    // operation_canceled, timed_out.
    [[nodiscard]] spi::AcceptAwaiter accept(Deadline deadline = {}) const noexcept {
        return {deadline, *this, client_speaks_first_};
    }
    // The same, not yet attached: post it to another loop, which calls Stream::adopt. Not on the engine uv: libuv ties
    // a connection to the loop that accepted it, so that adopt() closes it on any other and says not_supported.
    [[nodiscard]] spi::AcceptUnattachedAwaiter accept_unattached(Deadline deadline = {}) const noexcept {
        return {deadline, *this};
    }

    // Ends pending accepts as operation_canceled; connections nobody accepted are reset. The file of a Unix-domain
    // socket is removed, if it is still the one that this process has made.
    void close() noexcept {
        file_.reset();
        Handle::close();
    }
    [[nodiscard]] const Endpoint& local() const noexcept { return local_; }
    using Handle::get;
    using Handle::set;
    // As Stream::native_handle().
    using Handle::native_handle;

private:
    Listener(Loop& loop, spi::Descriptor& descriptor) noexcept : Handle(loop, descriptor) {}

    Endpoint local_;
    std::unique_ptr<spi::SocketFile> file_;  // goes before the socket is closed
    bool client_speaks_first_ = false;
};

}  // namespace pier
