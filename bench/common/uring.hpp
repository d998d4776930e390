// A submission ring set up for one thread that both submits and waits.
#pragma once
#include <liburing.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "net.hpp"

namespace bench {

class Uring {
public:
    Uring() {
        io_uring_params parameters{};
        parameters.flags =
            IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL;
        parameters.cq_entries = 16384;
        if (const int error = ::io_uring_queue_init_params(2048, &ring_, &parameters)) {
            std::fprintf(stderr, "io_uring with deferred task work (Linux 6.1) is not available: %s\n",
                         std::strerror(-error));
            std::exit(1);
        }
        ::io_uring_register_ring_fd(&ring_);  // saves the kernel a look-up per enter; works without, too
    }
    Uring(const Uring&) = delete;
    Uring& operator=(const Uring&) = delete;
    ~Uring() { ::io_uring_queue_exit(&ring_); }

    io_uring* get() { return &ring_; }

    // Makes sure that the next `count` entries go into one submission: a link doesn't reach into the next one.
    void reserve(unsigned count) {
        while (::io_uring_sq_space_left(&ring_) < count) check(::io_uring_submit(&ring_));
    }

    io_uring_sqe* entry() {
        reserve(1);
        return ::io_uring_get_sqe(&ring_);
    }

    void submit_and_wait(unsigned count) { check(::io_uring_submit_and_wait(&ring_, count)); }

    // Calls handle(user_data, result, flags) for every completion there is.
    template <class Handle>
    void for_each_completion(Handle&& handle) {
        unsigned head = 0;
        unsigned count = 0;
        io_uring_cqe* completion = nullptr;
        io_uring_for_each_cqe(&ring_, head, completion) {
            ++count;
            handle(static_cast<std::uint64_t>(completion->user_data), static_cast<int>(completion->res),
                   completion->flags);
        }
        ::io_uring_cq_advance(&ring_, count);
    }

private:
    // EBUSY and EAGAIN mean that completions have to be taken first, which the caller does next.
    static void check(int result) {
        if (result < 0 && result != -EINTR && result != -EBUSY && result != -EAGAIN) fail("io_uring_enter", -result);
    }

    io_uring ring_{};
};

// What a completion belongs to: a connection's address with the kind of the operation in the low bits.
enum class Kind : std::uint64_t { receive = 0, send = 1, accept = 2, other = 3 };

inline std::uint64_t tag(const void* connection, Kind kind) {
    return reinterpret_cast<std::uintptr_t>(connection) | static_cast<std::uint64_t>(kind);
}
inline Kind kind_of(std::uint64_t tagged) { return static_cast<Kind>(tagged & 3); }
template <class Connection>
Connection* connection_of(std::uint64_t tagged) {
    return reinterpret_cast<Connection*>(static_cast<std::uintptr_t>(tagged & ~std::uint64_t{3}));
}

// Multishot accept. It ends by itself on an error, and for want of descriptors is armed again only once one is free.
class UringAcceptor {
public:
    UringAcceptor(Uring& ring, std::uint16_t port) : ring_(ring), listener_(listen_on(port, Blocking::yes)) { arm(); }

    template <class Adopt>
    void completed(int result, std::uint32_t flags, Adopt&& adopt) {
        if (result >= 0) adopt(static_cast<Socket>(result));
        if ((flags & IORING_CQE_F_MORE) != 0) return;
        switch (-result) {
            case EMFILE:
            case ENFILE:
                paused_ = true;
                break;
            case EBADF:
            case EINVAL:
            case ENOTSOCK:
            case EOPNOTSUPP:
                fail("accept", -result);
            default:
                arm();
        }
    }

    void descriptor_freed() {
        if (paused_) arm();
    }

private:
    void arm() {
        paused_ = false;
        io_uring_sqe* entry = ring_.entry();
        ::io_uring_prep_multishot_accept(entry, listener_, nullptr, nullptr, SOCK_CLOEXEC);
        entry->user_data = tag(nullptr, Kind::accept);
    }

    Uring& ring_;
    Socket listener_;
    bool paused_ = false;
};

inline void start_close(Uring& ring, Socket socket) {
    io_uring_sqe* entry = ring.entry();
    ::io_uring_prep_close(entry, socket);
    entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
    entry->user_data = tag(nullptr, Kind::other);
}

}  // namespace bench
