// Many sockets, stale and duplicated ones, and time, by raw calls.
#include "loopback.hpp"
#include "probes.hpp"

#include <array>
#include <vector>

namespace pier::native {
namespace {

// WSAPoll takes any number; FD_SET leaves out what is beyond FD_SETSIZE.
NativeVerdict capacity() {
    constexpr std::size_t count = 300;
    std::vector<Socket> all;
    std::vector<WSAPOLLFD> entries;
    fd_set set;
    FD_ZERO(&set);
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(udp());
        bind_loopback(all.back());
        const SOCKET socket = all.back();
        entries.push_back({socket, POLLIN, 0});
        FD_SET(socket, &set);
    }
    const sockaddr_in last_one = loopback(port_of(all.back()));
    if (::sendto(all.front(), "x", 1, 0, reinterpret_cast<const sockaddr*>(&last_one), sizeof last_one) != 1) {
        fail("sendto");
    }
    Seen seen;
    const bool found = ::WSAPoll(entries.data(), static_cast<ULONG>(entries.size()), limit_ms) == 1 &&
                       (entries.back().revents & POLLIN) != 0;
    seen << (found ? "ready" : "quiet") << (set.fd_count < count ? "too-many-files" : "works");
    return seen;
}

// 64 events, 65, none; and which of two that are set is told first.
NativeVerdict events() {
    std::array<Event, 65> all;
    std::array<HANDLE, 65> handles;
    for (std::size_t i = 0; i < all.size(); ++i) handles[i] = all[i].get();
    auto wait = [&](DWORD count) {
        const DWORD result = ::WSAWaitForMultipleEvents(count, handles.data(), FALSE, 0, FALSE);
        return result == WSA_WAIT_TIMEOUT ? std::string_view("quiet") : result == WSA_WAIT_FAILED ? last() : "ready";
    };
    Seen seen;
    seen << wait(64) << wait(65) << wait(0);
    ::WSASetEvent(handles[5]);
    ::WSASetEvent(handles[2]);
    const DWORD told = ::WSAWaitForMultipleEvents(64, handles.data(), FALSE, 0, FALSE);
    seen << (told == WSA_WAIT_EVENT_0 + 2 ? "first" : "last");
    return seen;
}

std::string_view inheritance(SOCKET socket) {
    DWORD flags = 0;
    if (!::GetHandleInformation(win32::handle(socket), &flags)) fail("GetHandleInformation");
    return (flags & HANDLE_FLAG_INHERIT) != 0 ? "inherited" : "separate";
}

// Plain, accepted, made with the flag, accepted from that.
NativeVerdict inherited() {
    Seen seen;
    for (DWORD flag : {DWORD{0}, DWORD{WSA_FLAG_NO_HANDLE_INHERIT}}) {
        const Socket listening(::WSASocketW(AF_INET, SOCK_STREAM, 0, nullptr, 0, WSA_FLAG_OVERLAPPED | flag));
        if (!listening.valid()) fail("WSASocketW");
        bind_loopback(listening);
        if (::listen(listening, 1) != 0) fail("listen");
        const Socket client = connected_to(port_of(listening));
        must_be_readable(listening);
        const Socket accepted(::accept(listening, nullptr, nullptr));
        if (!accepted.valid()) fail("accept");
        seen << inheritance(listening) << inheritance(accepted);
    }
    return seen;
}

// The duplicate receives; the peer before and after it is closed.
NativeVerdict duplicate() {
    auto [here, there] = pair();
    WSAPROTOCOL_INFOW info{};
    if (::WSADuplicateSocketW(here, ::GetCurrentProcessId(), &info) != 0) fail("WSADuplicateSocketW");
    Socket copy(
        ::WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, WSA_FLAG_OVERLAPPED));
    if (!copy.valid()) fail("WSASocketW");
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

// Closed twice; the number's next owner; and an event as a socket.
NativeVerdict closed_twice() {
    Socket first = tcp();
    const SOCKET number = first;
    first.close();
    Seen seen;
    seen << done(::closesocket(number));
    const Socket next = tcp();
    seen << (next == number ? "same" : "differs");
    const Event event;
    seen << sent(send(reinterpret_cast<SOCKET>(event.get()), "x"));
    return seen;
}

NativeVerdict granularity() {
    for (int span : {1, 5, 10}) {
        for (int times = 0; times < 5; ++times) {
            const auto begun = std::chrono::steady_clock::now();
            const Event event;
            (void)event.wait(span);
            if (std::chrono::steady_clock::now() - begun < std::chrono::milliseconds(span)) return Seen() << "early";
        }
    }
    return Seen() << "works";
}

}  // namespace

void add_limits_probes(Probes& all) {
    all.insert(all.end(), {{"selector-capacity", capacity},
                           {"wait-64", events},
                           {"handle-inheritance", inherited},
                           {"socket-duplicate", duplicate},
                           {"double-close-and-foreign-handle", closed_twice},
                           {"timer-granularity", granularity},
                           {.id = "sigpipe", .not_applicable = "there are no signals on this system"},
                           {.id = "eintr", .not_applicable = "there are no signals on this system"}});
}

}  // namespace pier::native
