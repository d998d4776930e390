// Waiting by what this system alone has: WSAEventSelect, completion routines; and for a number that is no socket any
// more.
#include "loopback.hpp"
#include "probes.hpp"

#include <array>
#include <memory>

namespace pier::native {
namespace {

// A socket's association with an event; what each wait records.
class Association {
public:
    Association(SOCKET socket, long events) : socket_(socket), events_(events) { again(); }
    ~Association() { ::WSAEventSelect(socket_, nullptr, 0); }
    Association(const Association&) = delete;
    void again() const {
        if (::WSAEventSelect(socket_, event_.get(), events_) != 0) fail("WSAEventSelect");
    }
    std::string_view wait(int milliseconds) const {
        if (!event_.wait(milliseconds)) return "quiet";
        WSANETWORKEVENTS seen{};
        if (::WSAEnumNetworkEvents(socket_, event_.get(), &seen) != 0) return last();
        if ((seen.lNetworkEvents & FD_READ) != 0) return "ready";
        if ((seen.lNetworkEvents & FD_WRITE) != 0) return "writable";
        if ((seen.lNetworkEvents & FD_CLOSE) != 0) return "closed";
        return "nothing";
    }

private:
    SOCKET socket_;
    long events_;
    Event event_;
};

NativeVerdict edge() {
    auto [here, there] = pair();
    const Association association(here, FD_READ | FD_CLOSE);
    must_send(there, "ten bytes!");
    Seen seen;
    seen << association.wait(limit_ms);
    (void)receive(here, 3);
    seen << association.wait(window_ms);
    must_send(there, "+");
    seen << association.wait(window_ms);
    return seen;
}

// Data, no data; more data, a part received, the rest.
NativeVerdict read_again() {
    auto [here, there] = pair();
    const Association association(here, FD_READ | FD_CLOSE);
    must_send(there, "ten bytes!");
    Seen seen;
    seen << association.wait(limit_ms) << association.wait(window_ms);
    must_send(there, "more");
    seen << association.wait(window_ms);
    (void)receive(here, 3);
    seen << association.wait(limit_ms);
    (void)receive(here);
    seen << association.wait(window_ms);
    return seen;
}

// At first; again; after a send, after another association; after would-block, after the peer has drained.
NativeVerdict write_once() {
    auto [here, there] = pair();
    const Association association(here, FD_WRITE | FD_CLOSE);
    Seen seen;
    seen << association.wait(limit_ms) << association.wait(window_ms);
    must_send(here, "abc");
    association.again();
    seen << association.wait(window_ms);
    fill(here);
    const bool full = ::WSAGetLastError() == WSAEWOULDBLOCK;
    seen << (full ? association.wait(window_ms) : "whole");
    const Stopwatch watch;
    std::string_view room = "quiet";
    while (room == "quiet" && watch.milliseconds() < limit_ms) {
        while (receive(there, 256) > 0) {
        }
        room = association.wait(1);
    }
    seen << room;
    return seen;
}

// Data and the end; then the data received, then the end.
NativeVerdict close_once() {
    auto [here, there] = pair();
    const Association association(here, FD_READ | FD_CLOSE);
    must_send(there, "data");
    there.close();
    Seen seen;
    seen << association.wait(limit_ms) << association.wait(window_ms);
    (void)receive(here);
    seen << association.wait(limit_ms);
    (void)receive(here);
    seen << association.wait(window_ms);
    return seen;
}

// Made blocking with an event, and without; then which of two events is signalled, and a refused connect.
NativeVerdict mode_and_second_event() {
    auto [here, there] = pair();
    auto make_blocking = [&socket = here] {
        u_long blocking = 0;
        return done(::ioctlsocket(socket, static_cast<long>(FIONBIO), &blocking));
    };
    const Event older;
    const Event newer;
    if (::WSAEventSelect(here, older.get(), FD_READ) != 0) fail("WSAEventSelect");
    Seen seen;
    seen << make_blocking();
    if (::WSAEventSelect(here, nullptr, 0) != 0) fail("WSAEventSelect");
    seen << make_blocking();
    for (const Event* event : {&older, &newer}) {
        if (::WSAEventSelect(here, event->get(), FD_READ) != 0) fail("WSAEventSelect");
    }
    must_send(there, "data");
    seen << (newer.wait(limit_ms) ? "last" : older.wait(0) ? "first" : "quiet");
    return seen;
}

NativeVerdict stale() {
    Socket closed = tcp();
    const SOCKET number = closed;
    closed.close();
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(number, &readable);
    timeval span{0, 0};
    Seen seen;
    seen << (::select(0, &readable, nullptr, nullptr, &span) < 0 ? last() : "quiet");
    WSAPOLLFD entry{number, POLLIN, 0};
    const int result = ::WSAPoll(&entry, 1, 0);
    return NativeVerdict{NativeVerdict(seen).outcome + "+" +
                         std::string(result < 0 ? last() : events_text(entry.revents))};
}

// An overlapped receive whose routine notes that it ran. It outlives the probe where it never does.
struct Routine {
    OVERLAPPED operation{};
    std::array<char, 16> into{};
    bool ran = false;
};
void CALLBACK note(DWORD, DWORD, OVERLAPPED* operation, DWORD) {
    reinterpret_cast<Routine*>(operation)->ran = true;  // its first member
}

// Data has come: without a wait; after a blocking select of another socket; after SleepEx.
NativeVerdict alertable() {
    auto [here, there] = pair();
    auto [other, peer] = pair();
    auto routine = std::make_unique<Routine>();
    WSABUF buffer{static_cast<ULONG>(routine->into.size()), routine->into.data()};
    DWORD flags = 0;
    if (::WSARecv(here, &buffer, 1, nullptr, &flags, &routine->operation, note) != 0 &&
        ::WSAGetLastError() != WSA_IO_PENDING) {
        fail("WSARecv");
    }
    must_send(there, "data");
    auto seen_now = [&] { return routine->ran ? "ready" : "quiet"; };
    Seen seen;
    seen << seen_now();
    const SOCKET socket = other;
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(socket, &readable);
    timeval span{0, window_ms * 1000};
    (void)::select(0, &readable, nullptr, nullptr, &span);
    seen << seen_now();
    const Stopwatch watch;
    while (!routine->ran && watch.milliseconds() < limit_ms) ::SleepEx(10, TRUE);
    seen << seen_now();
    if (!routine->ran) (void)routine.release();
    return seen;
}

constexpr std::string_view only_linux = "epoll exists on Linux only";

}  // namespace

void add_waiting_probes(Probes& all) {
    all.insert(all.end(), {{"edge-partial-read", edge},
                           {"bad-descriptor-in-set", stale},
                           {"eventselect-write-once", write_once},
                           {"eventselect-read-reenable", read_again},
                           {"eventselect-close-once", close_once},
                           {"eventselect-mode-and-inherit", mode_and_second_event},
                           {"alertable-wait", alertable},
                           {.id = "edge-merge-and-register", .not_applicable = only_linux},
                           {.id = "uring-nonblocking-flag", .not_applicable = "io_uring is Linux'"},
                           {.id = "oneshot-rearm", .not_applicable = only_linux},
                           {.id = "closed-while-registered-dup", .not_applicable = only_linux}});
}

}  // namespace pier::native
