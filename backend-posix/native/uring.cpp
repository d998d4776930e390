// io_uring, by liburing.
#include "loopback.hpp"
#include "uring_probes.hpp"

#include "engine/uring/uring.hpp"

#include <liburing.h>
#include <array>
#include <cerrno>
#include <optional>
#include <thread>

namespace pier::native {
namespace {

class Ring {
public:
    Ring() {
        if (io_uring_queue_init(8, &ring_, 0) != 0) fail("io_uring_queue_init");
    }
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;
    // Ends what is pending.
    ~Ring() { io_uring_queue_exit(&ring_); }

    void receive(int socket, int flags = 0) {
        io_uring_sqe* entry = next(1);
        io_uring_prep_recv(entry, socket, into_.data(), into_.size(), flags);
        submit(entry);
    }
    void accept(int socket) {
        io_uring_sqe* entry = next(1);
        io_uring_prep_accept(entry, socket, nullptr, nullptr, SOCK_CLOEXEC);
        submit(entry);
    }
    void connect(int socket, const sockaddr_in& address) {
        io_uring_sqe* entry = next(1);
        io_uring_prep_connect(entry, socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
        submit(entry);
    }
    // Of what receive() has begun; its own completion is the next but one, or the next.
    int cancel() {
        io_uring_sqe* entry = next(2);
        io_uring_prep_cancel64(entry, 1, 0);
        submit(entry);
        return ended(2, limit_ms).value_or(-ETIMEDOUT);
    }

    // The result of the operation with that number; nothing while it is pending.
    std::optional<int> ended(std::uint64_t number, int milliseconds) {
        if (results_[number]) return std::exchange(results_[number], std::nullopt);
        __kernel_timespec span{0, milliseconds * 1'000'000LL};
        if (milliseconds >= 1000) span = {milliseconds / 1000, 0};
        io_uring_cqe* completion = nullptr;
        while (io_uring_wait_cqe_timeout(&ring_, &completion, &span) == 0) {
            results_[completion->user_data] = completion->res;
            io_uring_cqe_seen(&ring_, completion);
            if (results_[number]) return std::exchange(results_[number], std::nullopt);
        }
        return std::nullopt;
    }
    std::optional<int> ended(int milliseconds = limit_ms) { return ended(1, milliseconds); }

private:
    io_uring_sqe* next(std::uint64_t number) {
        io_uring_sqe* entry = io_uring_get_sqe(&ring_);
        if (entry == nullptr) fail("io_uring_get_sqe");
        number_ = number;
        return entry;
    }
    void submit(io_uring_sqe* entry) {
        io_uring_sqe_set_data64(entry, number_);
        if (io_uring_submit(&ring_) != 1) fail("io_uring_submit");
    }

    io_uring ring_{};
    std::array<char, 64> into_{};
    std::array<std::optional<int>, 3> results_{};
    std::uint64_t number_ = 0;
};

std::string_view call(std::optional<int> result) {
    if (!result) return "pending";
    return *result < 0 ? word(-*result) : "works";
}
std::string_view receipt(std::optional<int> result) {
    if (!result) return "pending";
    return *result < 0 ? word(-*result) : *result == 0 ? "end" : "data";
}

// A receive before and after its data, an accept likewise, a connect, a receive that must not wait.
NativeVerdict non_blocking() {
    auto [here, there] = pair();
    Ring ring;
    ring.receive(here);
    Seen seen;
    seen << receipt(ring.ended(window_ms));
    must_send(there, "data");
    seen << receipt(ring.ended());
    const Socket listening = listener();
    ring.accept(listening);
    seen << call(ring.ended(window_ms));
    const Socket client = connected_to(port_of(listening));
    const std::optional<int> accepted = ring.ended();
    seen << call(accepted);
    const Socket owner(accepted.value_or(-1));
    const Socket fresh = tcp();
    ring.connect(fresh, loopback(port_of(listening)));
    seen << call(ring.ended());
    ring.receive(here, MSG_DONTWAIT);
    seen << receipt(ring.ended());
    return seen;
}

// What the cancel says, what the receive ends with, and the stream afterwards.
NativeVerdict cancel_one() {
    auto [here, there] = pair();
    Ring ring;
    ring.receive(here);
    Seen seen;
    seen << call(ring.cancel()) << receipt(ring.ended());
    must_send(there, "data");
    ring.receive(here);
    seen << receipt(ring.ended());
    return seen;
}

NativeVerdict cancel_nothing() {
    Ring ring;
    const int result = ring.cancel();
    return Seen() << (result == -ENOENT ? "not-found" : call(result));
}

// At the thread's exit, when data come, and whether they are still there.
NativeVerdict thread_exit() {
    auto [here, there] = pair();
    Ring ring;
    std::thread([&ring, &socket = here] { ring.receive(socket); }).join();
    Seen seen;
    seen << receipt(ring.ended(window_ms));
    must_send(there, "data");
    const auto result = ring.ended();
    seen << receipt(result);
    if (!result || *result < 0) seen << readiness(here, limit_ms);
    return seen;
}

// Data is there: one completion, and no other.
NativeVerdict immediate() {
    auto [here, there] = pair();
    must_send(there, "data");
    must_be_readable(here);
    Ring ring;
    ring.receive(here);
    return Seen() << receipt(ring.ended()) << receipt(ring.ended(window_ms));
}

template <NativeVerdict (*steps)()>
NativeVerdict where_it_runs() {
    std::string obstacle = posix::probe_uring();
    if (!obstacle.empty()) return {"n/a", std::move(obstacle)};
    return steps();
}

}  // namespace

void add_uring_probes(Probes& all) {
    all.insert(all.end(), {{"uring-nonblocking-flag", where_it_runs<non_blocking>},
                           {"cancel-one-op", where_it_runs<cancel_one>},
                           {"cancel-nothing-pending", where_it_runs<cancel_nothing>},
                           {"submitter-thread-exit", where_it_runs<thread_exit>},
                           {"immediate-success-notification", where_it_runs<immediate>}});
}

}  // namespace pier::native
