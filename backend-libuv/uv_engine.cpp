#include "uv_engine.hpp"

#include "uv_address.hpp"
#include "uv_error.hpp"
#include "uv_room.hpp"
#include "uv_verbs.hpp"

#include <pier/process/system_handle.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/process.hpp>
#include <pier/sys/socket.hpp>

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

namespace pier::uv {
namespace {

using spi::Operation;
using spi::Progress;
using spi::SocketKind;
using spi::Verb;

constexpr std::size_t smallest_copy = 4096;
// What uv_loop_init() opens in a process for the first time: epoll, two pipes for signals, an eventfd.
constexpr int first_descriptors = 6;

// On Windows libuv makes the sockets itself that AcceptEx fills, of TCP's family alone.
#ifdef _WIN32
constexpr bool has_unix_sockets = false;
#else
constexpr bool has_unix_sockets = true;
#endif

// A stream that is to be connected has no name yet, and start_connect() knows where it goes. Libuv gives datagrams'
// addresses without their lengths, and an abstract name has no other end.
bool is_unix(const spi::Accepted& socket, SocketKind kind) noexcept {
    if (kind == SocketKind::stream) return socket.peer().is_unix();
    auto local = sys::local_endpoint(socket.socket());
    return local && local->is_unix();
}

// Moves what has ended to a harvest.
void hand_out(spi::Queue<Operation>& ended, spi::Harvest& harvest) noexcept {
    while (Operation* op = ended.pop()) harvest.finished(*op, op->error, op->transferred);
}

}  // namespace

UvEngine::UvEngine(spi::ChunkPool& chunks) noexcept : Engine({.accepted_crosses_loops = false}), chunks_(chunks) {}

Result<void> UvEngine::open() {
    if (int code = room_for(first_descriptors); code != 0) return fail(error_of(code));
    crowded_from_ = spi::NativeSocket{static_cast<std::uintptr_t>(crowded_from())};
    if (int code = uv_loop_init(&loop_); code != 0) return fail(error_of(code));
    loop_open_ = true;
    if (int code = uv_async_init(&loop_, &waker_, [](uv_async_t*) {}); code != 0) return fail(error_of(code));
    waker_open_ = true;
    if (int code = uv_timer_init(&loop_, &timer_); code != 0) return fail(error_of(code));
    timer_open_ = true;
    return {};
}

UvEngine::~UvEngine() {
    if (loop_open_) {
        close_dropped();
        if (waker_open_) uv_close(reinterpret_cast<uv_handle_t*>(&waker_), nullptr);
        if (timer_open_) uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
        for (int i = 0; i < spi::limits::uv_closing_rounds && uv_run(&loop_, UV_RUN_NOWAIT) != 0; ++i) {
            if (i >= spi::limits::uv_eager_closing_rounds) uv_sleep(1);
        }
        spi::require(uv_loop_close(&loop_) == 0,
                     "a uv loop was destroyed while it had sockets, attached or accepted and kept");
    }
    while (spare_ != nullptr) delete std::exchange(spare_, spare_->next);
}

template <class Handle>
Socket* UvEngine::make(int (*init)(uv_loop_t*, Handle*), Handle Socket::*handle) noexcept {
    Socket* socket = sockets_.acquire();
    if (socket == nullptr) return nullptr;
    if (init(&loop_, &(socket->*handle)) != 0) {
        sockets_.recycle(*socket);
        return nullptr;
    }
    socket->engine = this;
    socket->handle.data = socket;
    return socket;
}

Socket* UvEngine::make_stream() noexcept { return make(uv_tcp_init, &Socket::tcp); }

Result<spi::Descriptor*> UvEngine::attach(spi::Accepted&& accepted, SocketKind kind) {
    spi::Accepted owned(std::move(accepted));
    if (owned.handle() != nullptr) {
        // Libuv ties it to the loop that accepted it; on another it can only be dropped.
        if (static_cast<Socket*>(owned.handle())->engine != this) return fail(Errc::not_supported);
        return static_cast<Socket*>(owned.take_handle());
    }
    if (kind == SocketKind::foreign || kind == SocketKind::pipe) return attach_polled(owned.take_socket(), kind);
    if (is_unix(owned, kind)) {
        if (!has_unix_sockets) return fail(Errc::address_family_not_supported);
        if (kind == SocketKind::datagram) {
            auto attached = attach_polled(owned.socket(), kind);
            if (attached) (void)owned.take_socket();
            if (attached) (*attached)->peer = owned.peer();
            return attached;
        }
    }
    Socket* socket = kind == SocketKind::datagram ? make(uv_udp_init, &Socket::udp) : make_stream();
    if (socket == nullptr) return fail(Errc::not_enough_memory);
    uv_os_sock_t os = os_socket(owned.socket());
    int code = kind == SocketKind::datagram ? uv_udp_open(&socket->udp, os) : uv_tcp_open(&socket->tcp, os);
    if (code == 0) {
        socket->socket = owned.take_socket();  // the handle closes it from now on
        socket->backlog = owned.listening().backlog;
        // Windows alone has several at once.
        if (!owned.listening().accept_ahead) (void)uv_tcp_simultaneous_accepts(&socket->tcp, 0);
        if (kind == SocketKind::listener) code = open_listener(*socket);
    }
    if (code != 0) {
        discard(*socket);
        return fail(error_of(code));
    }
    socket->kind = kind;
    socket->peer = owned.peer();
    return socket;
}

// Closes nothing where it fails. (A pipe comes here on POSIX alone, where it is a descriptor like a socket's.)
Result<spi::Descriptor*> UvEngine::attach_polled(spi::NativeSocket native, SocketKind kind) noexcept {
    Socket* socket = sockets_.acquire();
    if (socket == nullptr) return fail(Errc::not_enough_memory);
    if (int code = uv_poll_init_socket(&loop_, &socket->poll, os_socket(native)); code != 0) {
        sockets_.recycle(*socket);
        Error error = error_of(code);
        if (code == UV_EPERM)
            error.condition = Errc::not_supported;  // epoll's word for what can't be waited for: a file
        return std::unexpected(error);
    }
    socket->engine = this;
    socket->handle.data = socket;
    socket->socket = native;
    socket->kind = kind;
    socket->polled = kind != SocketKind::foreign;
    return socket;
}

void UvEngine::on_closed(uv_handle_t* handle) noexcept {
    Socket& socket = Socket::of(handle);
    socket.closed = true;
    if (socket.released) socket.engine->sockets_.recycle(socket);
}

void UvEngine::close(Socket& socket) noexcept {
    if (uv_is_closing(&socket.handle) == 0) uv_close(&socket.handle, on_closed);
}

void UvEngine::discard(Socket& socket) noexcept {
    socket.released = true;
    close(socket);
}

void UvEngine::reset(Socket& socket) noexcept {
    socket.released = true;
    if (uv_tcp_close_reset(&socket.tcp, on_closed) != 0) close(socket);
}

void UvEngine::drop(void* handle) noexcept {
    auto* socket = static_cast<Socket*>(handle);
    UvEngine& engine = *socket->engine;
    socket->next_dropped = engine.dropped_.load(std::memory_order_relaxed);
    while (!engine.dropped_.compare_exchange_weak(socket->next_dropped, socket, std::memory_order_release,
                                                  std::memory_order_relaxed)) {
    }
    engine.wake();
}

void UvEngine::close_dropped() noexcept {
    if (dropped_.load(std::memory_order_relaxed) == nullptr) return;
    Socket* socket = dropped_.exchange(nullptr, std::memory_order_acquire);
    while (socket != nullptr) discard(*std::exchange(socket, socket->next_dropped));
}

void UvEngine::release(spi::Descriptor& descriptor) noexcept {
    auto& socket = static_cast<Socket&>(descriptor);
    if (socket.kind == SocketKind::listener) close_listener(socket);
    const spi::NativeSocket own = socket.polled ? socket.socket : spi::no_socket;
    const bool is_pipe = socket.kind == SocketKind::pipe;
    socket.socket = spi::no_socket;
    if (socket.closed) {
        sockets_.recycle(socket);
    } else {
        discard(socket);
    }
    // Libuv closes its own handles. Of a uv_poll_t it has let go at once behind uv_close(), says its documentation.
    if (is_pipe) {
        sys::close_handle(NativeHandle{static_cast<std::uintptr_t>(own)});
    } else {
        sys::close(own);
    }
}

Progress UvEngine::start(Operation& op) noexcept {
    Socket& socket = Socket::of(op);
    if (socket.polled && op.verb != Verb::wait) return start_polled(socket, op);
    switch (op.verb) {
        case Verb::accept:
            return start_accept(socket, static_cast<spi::AcceptOperation&>(op));
        case Verb::connect:
            return start_connect(socket, static_cast<spi::AddressedOperation&>(op));
        case Verb::receive:
            return start_receive(socket, op);
        case Verb::send:
            return start_send(socket, op);
        case Verb::receive_from:
            return start_receive_from(socket, static_cast<spi::AddressedOperation&>(op));
        case Verb::send_to:
            return start_send_to(socket, static_cast<spi::AddressedOperation&>(op));
        case Verb::wait:
            return start_wait(socket, op);
        case Verb::send_file:
        case Verb::none:
            break;
    }
    return finish(op, Error{Errc::not_supported, 0});
}

void UvEngine::cancel(Operation& op) noexcept {
    Socket& socket = Socket::of(op);
    if (socket.writer == &op && op.verb == Verb::send && socket.kind != SocketKind::pipe) return cancel_send(socket);
    if (socket.writer == &op) {
        // Libuv keeps the connect or the datagram; a connecting socket is closed next, which ends it.
        socket.writer = nullptr;
    } else if (socket.reader == &op) {
        socket.reader = nullptr;
        starved_.remove(socket);
    } else {
        return;  // it has ended already and waits for its harvest
    }
    if (socket.polled || socket.kind == SocketKind::foreign) (void)watch(socket);  // asking for less is never refused
    end(op, error_of(UV_ECANCELED), 0);
}

// uv_close() takes the number out of the poller, which must not be done when it is another's.
void UvEngine::lost(spi::Descriptor& foreign) noexcept { close(static_cast<Socket&>(foreign)); }

void UvEngine::end(Operation& op, Error error, std::size_t transferred) noexcept {
    op.error = error;
    op.transferred = static_cast<std::uint32_t>(transferred);
    ended_.push(op);
}

void UvEngine::end_at_once(Socket& socket, Operation& op, Error error, std::size_t transferred) noexcept {
    if (socket.last_wait != waits_) {
        socket.last_wait = waits_;
        socket.at_once = 0;
    }
    if (socket.at_once < spi::limits::uv_inline_bytes) {
        socket.at_once += std::max<std::size_t>(transferred, spi::ChunkPool::chunk_size);
        if (harvest_ == nullptr || !delivers_at_once()) return end(op, error, transferred);
        spi::Harvest& harvest = *std::exchange(harvest_, nullptr);
        hand_out(ended_, harvest);
        harvest.finished(op, error, transferred);
        deliver(harvest);
        harvest_ = &harvest;
    } else {
        op.error = error;
        op.transferred = static_cast<std::uint32_t>(transferred);
        postponed_.push(op);
    }
}

Outgoing* UvEngine::lend_outgoing(Socket& socket, std::size_t size) noexcept {
    Outgoing* outgoing = spare_;
    if (outgoing != nullptr) {
        spare_ = outgoing->next;
    } else {
        outgoing = new (std::nothrow) Outgoing;
        if (outgoing == nullptr) return nullptr;
    }
    outgoing->socket = &socket;
    outgoing->next = nullptr;
    outgoing->size = size;
    outgoing->retracted = false;
    if (size > outgoing->capacity) {
        std::size_t capacity = std::max(size, smallest_copy);
        outgoing->data.reset(new (std::nothrow) std::byte[capacity]);
        outgoing->capacity = outgoing->data != nullptr ? capacity : 0;
        if (outgoing->data == nullptr) {
            give_back(*outgoing);
            return nullptr;
        }
    }
    return outgoing;
}

void UvEngine::give_back(Outgoing& outgoing) noexcept {
    outgoing.socket = nullptr;
    outgoing.next = spare_;
    spare_ = &outgoing;
}

void UvEngine::feed_starved() noexcept {
    spi::Queue<Socket> hungry(std::move(starved_));
    while (Socket* socket = hungry.pop()) {
        int code = resume_reading(*socket);
        if (code != 0) end(*std::exchange(socket->reader, nullptr), error_of(code), 0);
    }
}

void UvEngine::run(Time until) noexcept {
    Time now = until == never || until == Time::min() ? until : sys::now();
    if (until <= now && until != never) {
        uv_run(&loop_, UV_RUN_NOWAIT);
        return;
    }
    if (until != never) {
        auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(until - now).count();
        uv_update_time(&loop_);  // timers count from libuv's own idea of now
        // It may be due when uv_run() begins. Before 1.45 libuv then runs it first and waits all the same, with no
        // timer left to end that; uv_stop() keeps it from waiting.
        uv_timer_start(
            &timer_, [](uv_timer_t* timer) { uv_stop(timer->loop); }, static_cast<std::uint64_t>(milliseconds), 0);
    }
    uv_run(&loop_, UV_RUN_ONCE);
    if (until != never) uv_timer_stop(&timer_);
}

Result<void> UvEngine::wait(Time until, spi::Harvest& harvest) {
    close_dropped();
    if (!starved_.empty()) {
        if (chunks_.lent() < spi::ChunkPool::most_chunks) feed_starved();
        if (!starved_.empty()) until = std::min(until, sys::now() + spi::limits::uv_chunk_interval);
    }
    harvest_ = &harvest;
    ++waits_;
    run(ended_.empty() ? until : Time::min());
    harvest_ = nullptr;
    hand_out(ended_, harvest);
    hand_out(postponed_, harvest);
    return {};
}

void UvEngine::wake() noexcept {
    uv_async_send(&waker_);  // fails only on a handle of another kind
}

}  // namespace pier::uv

namespace pier::spi {

EngineInfo uv_engine_info() {
    return {
        .name = "uv",
        .summary = "libuv, other people's event loop under the same contract: the reference to compare with",
        .probe =
            [] {
                constexpr unsigned oldest = (1U << 16) | (44U << 8);
                if (uv_version() >= oldest) return std::string();
                return "libuv is older than 1.44: " + std::string(uv_version_string());
            },
        .make = [](ChunkPool& chunks) -> Result<std::unique_ptr<Engine>> {
            sys::ignore_broken_pipe_signal();  // libuv writes without MSG_NOSIGNAL and leaves the signal to the program
            std::unique_ptr<uv::UvEngine> engine(new (std::nothrow) uv::UvEngine(chunks));
            if (engine == nullptr) return fail(Errc::not_enough_memory);
            if (auto opened = engine->open(); !opened) return fail(opened.error());
            return engine;
        },
    };
}

}  // namespace pier::spi
