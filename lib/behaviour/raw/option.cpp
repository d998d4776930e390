// Socket options, by raw calls.
#include "loopback.hpp"
#include "probes.hpp"

#include <thread>

namespace pier::native {
namespace {

std::string_view set(Number socket, int level, int name, int value) {
    return done(set_bytes(socket, level, name, &value, sizeof value));
}

NativeVerdict buffers() {
    const Socket socket = tcp();
    constexpr int size = 64 << 10;
    set_option(socket, SOL_SOCKET, SO_RCVBUF, size);
    Seen seen;
    seen << (get_option(socket, SOL_SOCKET, SO_RCVBUF) == size ? "same" : "differs");
    seen << set(socket, SOL_SOCKET, SO_RCVBUF, 0);
    return seen;
}

// A second bind to a live listener's port: without options, and when both reuse the address.
NativeVerdict live_listener() {
    const Socket plain = listener();
    const Socket second = tcp();
    Seen seen;
    seen << done(bind_to(second, loopback(port_of(plain))));
    const Socket reusing = tcp();
    const Socket also = tcp();
    for (const Socket* socket : {&reusing, &also}) set_option(*socket, SOL_SOCKET, SO_REUSEADDR, 1);
    bind_loopback(reusing);
    if (listen(reusing, 1) != 0) fail("listen");
    seen << done(bind_to(also, loopback(port_of(reusing))));
    return seen;
}

// The listener's port when its connection was ended from this side.
std::uint16_t leave_time_wait(bool reuse) {
    const Socket listening = tcp();
    if (reuse) set_option(listening, SOL_SOCKET, SO_REUSEADDR, 1);
    bind_loopback(listening);
    if (listen(listening, 1) != 0) fail("listen");
    const std::uint16_t port = port_of(listening);
    const Socket client = connected_to(port);
    Socket served = accept_from(listening);
    served.close();
    must_be_readable(client);
    return port;
}

// Bound again: without options; when only the second reuses; when both do.
NativeVerdict time_wait() {
    Seen seen;
    for (int round = 0; round < 3; ++round) {
        const std::uint16_t port = leave_time_wait(round == 2);
        const Socket again = tcp();
        if (round > 0) set_option(again, SOL_SOCKET, SO_REUSEADDR, 1);
        seen << done(bind_to(again, loopback(port)));
    }
    return seen;
}

// A switch of one byte, and 5 read back.
NativeVerdict width() {
    const Socket socket = tcp();
    const char one = 1;
    Seen seen;
    seen << done(set_bytes(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one));
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 5);
    seen << (get_option(socket, IPPROTO_TCP, TCP_NODELAY) == 5 ? "same" : "differs");
    return seen;
}

// How a receive ends, whether early; and an accept.
NativeVerdict timeouts() {
    const Socket socket = udp();
    bind_loopback(socket);
    set_blocking(socket, true);
    set_receive_timeout(socket, 100);
    const Stopwatch watch;
    Seen seen;
    seen << received(receive(socket));
    if (watch.milliseconds() < 99) seen << "early";
    if (watch.milliseconds() > 400) seen << "late";
    // An accept that ignores the timeout is ended by a client.
    const Socket listening = listener();
    const std::uint16_t port = port_of(listening);
    set_blocking(listening, true);
    set_receive_timeout(listening, 100);
    std::thread client([port] {
        std::this_thread::sleep_for(std::chrono::milliseconds(800));
        const Socket waker = tcp();
        (void)connect_to(waker, loopback(port));
        (void)settled(waker, limit_ms);
    });
    const Socket accepted(::accept(listening, nullptr, nullptr));
    seen << (accepted.valid() ? "ignored" : last());
    client.join();
    return seen;
}

NativeVerdict type_and_life() {
    const Socket socket = tcp();
    set_option(socket, IPPROTO_IP, IP_TOS, 0x10);
    Seen seen;
    seen << (get_option(socket, IPPROTO_IP, IP_TOS) == 0x10 ? "same" : "differs");
    seen << set(socket, IPPROTO_IP, IP_TTL, 0) << set(socket, IPPROTO_IP, IP_TTL, 256);
    return seen;
}

// Sharing a port, a low-water mark, a segment size, a keep-alive span.
NativeVerdict availability() {
    const Socket socket = tcp();
    Seen seen;
    seen << share_port(socket) << set(socket, SOL_SOCKET, SO_RCVLOWAT, 5) << set(socket, IPPROTO_TCP, max_segment, 1000)
         << set(socket, IPPROTO_TCP, keep_idle, 60);
    return seen;
}

// An IPv4 client of a listener on [::] with that option, -1 for none.
std::string_view client_of(int v6_only) {
    const Socket listening = open_if_any(AF_INET6, SOCK_STREAM);
    if (!listening.valid()) return "no-ipv6";
    if (v6_only >= 0) set_option(listening, IPPROTO_IPV6, IPV6_V6ONLY, v6_only);
    sockaddr_in6 any{};
    any.sin6_family = AF_INET6;
    if (::bind(listening, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) return "no-ipv6";
    if (listen(listening, 4) != 0) fail("listen");
    const Socket client = tcp();
    if (connect_to(client, loopback(port_of(listening))) == 0) return "works";
    if (!is_connecting()) return last();
    (void)settled(client, 5000);
    const std::string_view error = socket_error(client);
    return error == "nothing" ? "works" : error;
}

NativeVerdict v6_only() { return Seen() << client_of(1) << client_of(0) << client_of(-1); }

// Keep-alive, no-delay, multicast's loop; the send buffer of a connected socket beside that of a fresh one.
NativeVerdict defaults() {
    const Socket fresh = tcp();
    const Socket datagram = udp();
    auto is_on = [](Number socket, int level, int name) {
        return get_option(socket, level, name) != 0 ? "works" : "nothing";
    };
    Seen seen;
    seen << is_on(fresh, SOL_SOCKET, SO_KEEPALIVE) << is_on(fresh, IPPROTO_TCP, TCP_NODELAY)
         << is_on(datagram, IPPROTO_IP, IP_MULTICAST_LOOP);
    auto [here, there] = pair();
    const int before = get_option(fresh, SOL_SOCKET, SO_SNDBUF);
    const int after = get_option(here, SOL_SOCKET, SO_SNDBUF);
    seen << (before == after ? "same" : "differs");
    NativeVerdict verdict = seen;
    verdict.detail = "send buffer " + std::to_string(before) + ", connected " + std::to_string(after) +
                     "; time to live " + std::to_string(get_option(fresh, IPPROTO_IP, IP_TTL));
    return verdict;
}

}  // namespace

void add_option_probes(Probes& all) {
    all.insert(all.end(), {{"opt-buffer-readback", buffers},
                           {"reuseaddr-live-listener", live_listener},
                           {"reuseaddr-time-wait", time_wait},
                           {"opt-value-width", width},
                           {"opt-timeouts", timeouts},
                           {"opt-tos-ttl", type_and_life},
                           {"opt-availability", availability},
                           {"v6only-and-mapped", v6_only},
                           {"opt-defaults", defaults}});
}

}  // namespace pier::native
