// The `uv` engine: Pier's contract on libuv. One uv_loop_t per engine, driven by wait().
#pragma once

#include "uv_socket.hpp"

#include <pier/spi/descriptor_pool.hpp>
#include <pier/spi/engine.hpp>

#include <uv.h>

#include <atomic>
#include <cstddef>

namespace pier::uv {

class UvEngine final : public spi::Engine {
public:
    explicit UvEngine(spi::ChunkPool& chunks) noexcept;
    ~UvEngine() override;
    // Once, before anything else. After a failure it may only be destroyed.
    [[nodiscard]] Result<void> open();

    Result<spi::Descriptor*> attach(spi::Accepted&& socket, spi::SocketKind kind) override;
    void release(spi::Descriptor& descriptor) noexcept override;
    spi::Progress start(spi::Operation& op) noexcept override;
    void cancel(spi::Operation& op) noexcept override;
    void lost(spi::Descriptor& foreign) noexcept override;
    Result<void> wait(Time until, spi::Harvest& harvest) override;
    void wake() noexcept override;

    // The rest is for the verbs' files.

    // The operation has ended: the wait under way, or else the next one, hands it out. Its socket has forgotten it.
    void end(spi::Operation& op, Error error, std::size_t transferred) noexcept;

    // The same as the last thing in a callback of libuv's: the task goes on here, and may close the callback's own
    // socket. After a few of one wait the socket's task goes on only when the wait returns, so that posts and timers
    // come.
    void end_at_once(Socket& socket, spi::Operation& op, Error error, std::size_t transferred) noexcept;

    // An initialised uv_tcp_t without a socket; null when memory is short.
    [[nodiscard]] Socket* make_stream() noexcept;
    // Closes the handle; the socket stays until it is released.
    static void close(Socket& socket) noexcept;
    // Closes and releases what nobody has attached.
    static void discard(Socket& socket) noexcept;
    // The same, and the peer gets a reset.
    static void reset(Socket& socket) noexcept;
    // discard() for an Accepted; any thread.
    static void drop(void* socket) noexcept;

    // Room for `size` bytes; null when memory is short.
    [[nodiscard]] Outgoing* lend_outgoing(Socket& socket, std::size_t size) noexcept;
    void give_back(Outgoing& outgoing) noexcept;

    // An accepted connection: whether it was near the limit of descriptors is crowded().
    void count(spi::NativeSocket accepted) noexcept { last_accepted_ = accepted; }
    [[nodiscard]] bool crowded() const noexcept { return last_accepted_ >= crowded_from_; }

    [[nodiscard]] spi::ChunkPool& chunks() noexcept { return chunks_; }
    // The socket's reader found no chunk: it reads on when some have come back.
    void starve(Socket& socket) noexcept { starved_.push(socket); }

private:
    static void on_closed(uv_handle_t* handle) noexcept;
    template <class Handle>
    [[nodiscard]] Socket* make(int (*init)(uv_loop_t*, Handle*), Handle Socket::*handle) noexcept;
    [[nodiscard]] Result<spi::Descriptor*> attach_polled(spi::NativeSocket native, spi::SocketKind kind) noexcept;
    void close_dropped() noexcept;
    void feed_starved() noexcept;
    void run(Time until) noexcept;

    uv_loop_t loop_{};
    uv_async_t waker_{};
    uv_timer_t timer_{};
    bool loop_open_ = false;
    bool waker_open_ = false;
    bool timer_open_ = false;
    spi::ChunkPool& chunks_;
    spi::DescriptorPool<Socket> sockets_;
    spi::Queue<spi::Operation> ended_;
    spi::Queue<spi::Operation> postponed_;  // ended, and handed out when the wait returns
    std::uint32_t waits_ = 0;
    spi::Harvest* harvest_ = nullptr;  // of the wait under way, but while it is being delivered
    spi::Queue<Socket> starved_;
    Outgoing* spare_ = nullptr;
    spi::NativeSocket last_accepted_{};
    spi::NativeSocket crowded_from_{};
    std::atomic<Socket*> dropped_{nullptr};
};

}  // namespace pier::uv
