// Many sockets, stale and duplicated ones, signals and time, by raw calls.
#include "loopback.hpp"
#include "probes.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>
#include <vector>

namespace pier::native {
namespace {

// Poll takes any number; fd_set ends at a descriptor, which is only compared here: to set it would write outside.
NativeVerdict capacity() {
    constexpr std::size_t count = 1500;
    std::vector<Socket> all;
    std::vector<pollfd> entries;
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(udp());
        bind_loopback(all.back());
        entries.push_back({all.back(), POLLIN, 0});
    }
    const sockaddr_in last = loopback(port_of(all.back()));
    if (::sendto(all.front(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&last), sizeof last) != 1) fail("sendto");
    Seen seen;
    seen << (::poll(entries.data(), entries.size(), limit_ms) == 1 && entries.back().revents == POLLIN ? "ready"
                                                                                                       : "quiet");
    seen << (all.back() >= FD_SETSIZE ? "too-many-files" : "works");
    return seen;
}

std::string_view inheritance(int socket) {
    const int flags = fcntl(socket, F_GETFD);
    if (flags < 0) fail("F_GETFD");
    return (flags & FD_CLOEXEC) == 0 ? "inherited" : "separate";
}

// Plain, accepted, made with the flag, accepted from that.
NativeVerdict inherited() {
    Seen seen;
    for (int flag : {0, int{SOCK_CLOEXEC}}) {
        const Socket listening(::socket(AF_INET, SOCK_STREAM | flag, 0));
        if (listening < 0) fail("socket");
        bind_loopback(listening);
        if (listen(listening, 1) != 0) fail("listen");
        const Socket client = connected_to(port_of(listening));
        must_be_readable(listening);
        const Socket accepted(::accept(listening, nullptr, nullptr));
        if (accepted < 0) fail("accept");
        seen << inheritance(listening) << inheritance(accepted);
    }
    return seen;
}

// The duplicate receives; the peer before and after it is closed.
NativeVerdict duplicate() {
    auto [here, there] = pair();
    Socket copy(::dup(here));
    here.close();
    must_send(there, "data");
    must_be_readable(copy);
    Seen seen;
    seen << received(receive(copy)) << readiness(there, window_ms);
    copy.close();
    must_be_readable(there);
    seen << received(receive(there));
    return seen;
}

// Closed twice; the number's next owner; and a pipe as a socket.
NativeVerdict closed_twice() {
    Socket first = tcp();
    const int number = first;
    first.close();
    Seen seen;
    seen << done(::close(number));
    const Socket next = tcp();
    seen << (next == number ? "same" : "differs");
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe2");
    const Socket reader(ends[0]);
    const Socket writer(ends[1]);
    seen << sent(send(writer, "x"));
    return seen;
}

// What becomes of a process with the default action that sends, once or twice. Only system calls in the child.
std::string_view fate_of_sender(int socket, int sends) {
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        std::signal(SIGPIPE, SIG_DFL);
        int failures = 0;
        for (int i = 0; i < sends; ++i) {
            if (::send(socket, "x", 1, 0) < 0) failures = errno == ECONNRESET ? 2 : 1;
        }
        ::_exit(failures);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) fail("waitpid");
    }
    if (WIFSIGNALED(status)) return "killed";
    return WEXITSTATUS(status) == 2 ? "reset" : WEXITSTATUS(status) == 1 ? "error" : "works";
}

// After the own shutdown; the first send after a reset, and two.
NativeVerdict pipe_signal() {
    Seen seen;
    {
        auto [here, there] = pair();
        if (shutdown(here, SHUT_WR) != 0) fail("shutdown");
        seen << fate_of_sender(here, 1);
    }
    for (int sends : {1, 2}) {
        auto [here, there] = pair();
        abort(there);
        must_be_gone(here);
        seen << fate_of_sender(here, sends);
    }
    return seen;
}

void on_signal(int) {}

// A signal while the call blocks, again and again until it answers or 300 ms are over; then data ends it.
std::string_view interrupted(int socket, int peer, std::string_view (*call)(int)) {
    std::atomic<bool> ended = false;
    std::string_view answer;
    std::thread blocked([&] {
        answer = call(socket);
        ended = true;
    });
    const Stopwatch watch;
    while (!ended && watch.milliseconds() < 300) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        if (!ended) pthread_kill(blocked.native_handle(), SIGUSR1);
    }
    must_send(peer, "data");
    blocked.join();
    return answer;
}

std::string_view or_interrupted(std::string_view answer) { return errno == EINTR ? "interrupted" : answer; }

// With SA_RESTART: a receive, poll, select.
NativeVerdict signals() {
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    if (::sigaction(SIGUSR1, &action, &before) != 0) fail("sigaction");
    auto receiving = [](int socket) {
        const ssize_t count = receive(socket);
        return count < 0 ? or_interrupted(word(errno)) : received(count);
    };
    auto polling = [](int socket) -> std::string_view {
        pollfd entry{socket, POLLIN, 0};
        return ::poll(&entry, 1, limit_ms) < 0 ? or_interrupted(word(errno)) : "ready";
    };
    auto selecting = [](int socket) -> std::string_view {
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(socket, &readable);
        timeval span{2, 0};
        return ::select(socket + 1, &readable, nullptr, nullptr, &span) < 0 ? or_interrupted(word(errno)) : "ready";
    };
    Seen seen;
    for (std::string_view (*call)(int) : {+receiving, +polling, +selecting}) {
        auto [here, there] = pair();
        set_blocking(here, true);
        seen << interrupted(here, there, call);
    }
    (void)::sigaction(SIGUSR1, &before, nullptr);
    return seen;
}

NativeVerdict granularity() {
    for (int span : {1, 5, 10}) {
        for (int times = 0; times < 5; ++times) {
            const auto begun = std::chrono::steady_clock::now();
            (void)::poll(nullptr, 0, span);
            if (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(span)) return Seen() << "early";
        }
    }
    return Seen() << "works";
}

}  // namespace

void add_limits_probes(Probes& all) {
    all.insert(all.end(), {{"selector-capacity", capacity},
                           {"handle-inheritance", inherited},
                           {"socket-duplicate", duplicate},
                           {"double-close-and-foreign-handle", closed_twice},
                           {"sigpipe", pipe_signal},
                           {"eintr", signals},
                           {"timer-granularity", granularity},
                           {.id = "wait-64", .not_applicable = "this system has no events to wait for"}});
}

}  // namespace pier::native
