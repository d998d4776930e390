// Closing under an operation, by raw calls. A pending operation is here a thread that is blocked in a call.
#include "loopback.hpp"
#include "probes.hpp"
#include "uring_probes.hpp"

#include <sys/syscall.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <string>
#include <thread>

namespace pier::native {
namespace {

// A thread inside of a call, its answer, and whether it has one.
class Blocked {
public:
    explicit Blocked(std::string_view (*call)(int), int socket)
        : thread_([this, call, socket] {
              thread_id_ = static_cast<int>(::syscall(SYS_gettid));
              answer_ = call(socket);
              ended_ = true;
          }) {
        // Until it sleeps: state S of its stat.
        const Stopwatch watch;
        while (!sleeps()) {
            if (watch.milliseconds() > limit_ms) break;
            std::this_thread::yield();
        }
    }
    ~Blocked() { thread_.join(); }
    Blocked(const Blocked&) = delete;

    [[nodiscard]] std::string_view answer() const {
        const Stopwatch watch;
        while (!ended_ && watch.milliseconds() < 300) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return ended_ ? answer_ : "blocks";
    }

private:
    [[nodiscard]] bool sleeps() const {
        if (thread_id_ == 0) return false;
        const std::string path = "/proc/self/task/" + std::to_string(thread_id_) + "/stat";
        std::FILE* file = std::fopen(path.c_str(), "r");
        if (file == nullptr) return false;
        char state = 0;
        const bool read = std::fscanf(file, "%*d %*s %c", &state) == 1;
        (void)std::fclose(file);
        return read && state == 'S';
    }

    std::atomic<int> thread_id_ = 0;
    std::atomic<bool> ended_ = false;
    std::string_view answer_;
    std::thread thread_;
};

std::string_view receive_once(int socket) { return received(receive(socket)); }
std::string_view accept_once(int socket) {
    const Socket accepted(::accept(socket, nullptr, nullptr));
    return accepted < 0 ? word(errno) : "works";
}
std::string_view poll_once(int socket) { return wait_for(socket, POLLIN, limit_ms) != 0 ? "ready" : "quiet"; }

NativeVerdict close_receive_and_accept() {
    Seen seen;
    {
        auto [here, there] = pair();
        set_blocking(here, true);
        const Blocked receiver(receive_once, here);
        here.close();
        seen << receiver.answer();
        there.close();  // ends what is blocked still
    }
    Socket listening = listener();
    const std::uint16_t port = port_of(listening);
    set_blocking(listening, true);
    const Blocked acceptor(accept_once, listening);
    listening.close();
    seen << acceptor.answer();
    const Socket waker = tcp();
    (void)connect_to(waker, loopback(port));
    return seen;
}

NativeVerdict shut_receive_and_accept() {
    Seen seen;
    {
        auto [here, there] = pair();
        set_blocking(here, true);
        const Blocked receiver(receive_once, here);
        (void)shutdown(here, SHUT_RDWR);
        seen << receiver.answer();
        there.close();
    }
    const Socket listening = listener();
    const std::uint16_t port = port_of(listening);
    set_blocking(listening, true);
    const Blocked acceptor(accept_once, listening);
    (void)shutdown(listening, SHUT_RDWR);
    seen << acceptor.answer();
    const Socket waker = tcp();
    (void)connect_to(waker, loopback(port));
    return seen;
}

NativeVerdict close_under_poll() {
    auto [here, there] = pair();
    const Blocked waiter(poll_once, here);
    here.close();
    Seen seen;
    seen << waiter.answer();
    there.close();
    return seen;
}

NativeVerdict closed_listener() {
    Socket listening = listener();
    const std::uint16_t port = port_of(listening);
    set_blocking(listening, true);
    const Blocked acceptor(accept_once, listening);
    listening.close();
    Seen seen;
    seen << acceptor.answer();
    const Socket waker = tcp();
    (void)connect_to(waker, loopback(port));
    return seen;
}

// What the peer sees while a receive is blocked on the closed number.
NativeVerdict peer_of_closed() {
    auto [here, there] = pair();
    set_blocking(here, true);
    const Blocked receiver(receive_once, here);
    here.close();
    Seen seen;
    seen << (wait_for(there, POLLIN, window_ms) == 0 ? "quiet" : received(receive(there)));
    there.close();
    return seen;
}

// What a blocked receive gets that is closed under it, when the peer sends then.
NativeVerdict closed_then_data() {
    auto [here, there] = pair();
    set_blocking(here, true);
    const Blocked receiver(receive_once, here);
    here.close();
    Seen seen;
    seen << receiver.answer();
    must_send(there, "late");
    seen << receiver.answer();
    there.close();
    return seen;
}

constexpr std::string_view no_cancel = "a blocked call can't be cancelled but by a signal";

}  // namespace

void add_cancel_probes(Probes& all) {
    all.insert(all.end(),
               {{"close-wakes-blocked-call", close_receive_and_accept},
                {"shutdown-wakes-blocked-call", shut_receive_and_accept},
                {"close-wakes-selector", close_under_poll},
                {"close-pending-async-op", closed_then_data},
                {"close-pending-read-sends-reset", peer_of_closed},
                {"listener-close-pending-accept", closed_listener},
                {.id = "cancel-completion-race", .not_applicable = no_cancel},
                {.id = "close-pending-connect", .not_applicable = no_cancel},
                {.id = "port-closed-under-waiter", .not_applicable = "there are no completion ports on this system"}});
    add_uring_probes(all);
}

}  // namespace pier::native
