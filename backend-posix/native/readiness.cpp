// Waiting by what this system alone has: epoll; and for a number that is no socket any more.
#include "loopback.hpp"
#include "probes.hpp"

#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>
#include <cerrno>

namespace pier::native {
namespace {

class Epoll {
public:
    Epoll() : descriptor_(epoll_create1(EPOLL_CLOEXEC)) {
        if (descriptor_ < 0) fail("epoll_create1");
    }
    int control(int what, int socket, unsigned events) {
        epoll_event event{};
        event.events = events;
        event.data.fd = socket;
        return epoll_ctl(descriptor_, what, socket, &event);
    }
    std::string_view wait(int milliseconds) {
        epoll_event event{};
        return epoll_wait(descriptor_, &event, 1, milliseconds) > 0 ? "ready" : "quiet";
    }

    // All that holds, as the first event says it.
    std::string events(int milliseconds) {
        epoll_event event{};
        if (epoll_wait(descriptor_, &event, 1, milliseconds) <= 0) return "quiet";
        Seen seen;
        if ((event.events & EPOLLIN) != 0) seen << "ready";
        if ((event.events & EPOLLOUT) != 0) seen << "writable";
        if ((event.events & (EPOLLRDHUP | EPOLLHUP)) != 0) seen << "hang-up";
        return NativeVerdict(seen).outcome;
    }

private:
    Socket descriptor_;
};

NativeVerdict edge() {
    auto [here, there] = pair();
    Epoll epoll;
    if (epoll.control(EPOLL_CTL_ADD, here, EPOLLIN | EPOLLET) != 0) fail("epoll_ctl");
    must_send(there, "ten bytes!");
    Seen seen;
    seen << epoll.wait(limit_ms);
    (void)receive(here, 3);
    seen << epoll.wait(window_ms);
    must_send(there, "+");
    seen << epoll.wait(limit_ms);
    return seen;
}

// At first; after data; after the end; after a part of the data was received; registered again.
NativeVerdict merged_edges() {
    constexpr unsigned all = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    auto [here, there] = pair();
    Epoll epoll;
    if (epoll.control(EPOLL_CTL_ADD, here, all) != 0) fail("epoll_ctl");
    Seen seen;
    seen << epoll.events(limit_ms);
    must_send(there, "ten bytes!");
    seen << epoll.events(limit_ms);
    if (shutdown(there, SHUT_WR) != 0) fail("shutdown");
    seen << epoll.events(limit_ms);
    (void)receive(here, 3);
    seen << epoll.events(window_ms);
    if (epoll.control(EPOLL_CTL_MOD, here, all) != 0) fail("epoll_ctl");
    seen << epoll.events(limit_ms);
    return seen;
}

NativeVerdict one_shot() {
    auto [here, there] = pair();
    Epoll epoll;
    if (epoll.control(EPOLL_CTL_ADD, here, EPOLLIN | EPOLLONESHOT) != 0) fail("epoll_ctl");
    must_send(there, "more");
    Seen seen;
    seen << epoll.wait(limit_ms);
    (void)receive(here);
    must_send(there, "more");
    seen << epoll.wait(window_ms);
    if (epoll.control(EPOLL_CTL_MOD, here, EPOLLIN | EPOLLONESHOT) != 0) fail("epoll_ctl");
    seen << epoll.wait(limit_ms);
    return seen;
}

NativeVerdict stale() {
    Socket closed = tcp();
    const int number = closed;
    closed.close();
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(number, &readable);
    timeval span{0, 0};
    Seen seen;
    seen << (::select(number + 1, &readable, nullptr, nullptr, &span) < 0 ? word(errno) : "quiet");
    seen << events_text(wait_for(number, POLLIN, 0));
    return seen;
}

NativeVerdict duplicate() {
    auto [here, there] = pair();
    Epoll epoll;
    if (epoll.control(EPOLL_CTL_ADD, here, EPOLLIN) != 0) fail("epoll_ctl");
    const Socket copy(::dup(here));
    const int number = here;
    here.close();
    must_send(there, "data");
    Seen seen;
    seen << epoll.wait(limit_ms);
    seen << done(epoll.control(EPOLL_CTL_DEL, number, 0));
    return seen;
}

constexpr std::string_view only_windows = "WSAEventSelect is Windows'";

}  // namespace

void add_waiting_probes(Probes& all) {
    all.insert(all.end(), {{"edge-partial-read", edge},
                           {"edge-merge-and-register", merged_edges},
                           {"oneshot-rearm", one_shot},
                           {"bad-descriptor-in-set", stale},
                           {"closed-while-registered-dup", duplicate},
                           {.id = "eventselect-write-once", .not_applicable = only_windows},
                           {.id = "eventselect-read-reenable", .not_applicable = only_windows},
                           {.id = "eventselect-close-once", .not_applicable = only_windows},
                           {.id = "eventselect-mode-and-inherit", .not_applicable = only_windows},
                           {.id = "alertable-wait", .not_applicable = "completion routines are Windows'"}});
}

}  // namespace pier::native
