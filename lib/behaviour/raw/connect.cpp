// Connecting and accepting, by raw calls.
#include "loopback.hpp"
#include "probes.hpp"

#include <vector>

namespace pier::native {
namespace {

NativeVerdict connect_start_code() {
    const Socket listening = listener();
    const sockaddr_in server = loopback(port_of(listening));
    const Socket socket = tcp();
    Seen seen;
    seen << done(connect_to(socket, server));
    if (!settled(socket, limit_ms)) fail("connecting in time");
    seen << done(connect_to(socket, server)) << done(connect_to(socket, server));
    return seen;
}

// The result of a connect, waited for.
std::string_view connect_result(Number socket, const sockaddr_in& server) {
    if (connect_to(socket, server) == 0) return "works";
    if (!is_connecting()) return last();
    if (!settled(socket, 5000)) return "timed-out";
    const std::string_view error = socket_error(socket);
    return error == "nothing" ? "works" : error;
}

NativeVerdict refused_delay() {
    const Socket dead = dead_port();
    const Socket socket = tcp();
    const Stopwatch watch;
    Seen seen;
    seen << connect_result(socket, loopback(port_of(dead)));
    if (watch.milliseconds() > 400) seen << "late";
    return seen;
}

// Started, and settled without looking at the error.
Socket refused_socket() {
    const Socket dead = dead_port();
    Socket socket = tcp();
    if (connect_to(socket, loopback(port_of(dead))) != 0 && !is_connecting()) {
        // Linux tells the refusal at once where it can: the error is taken then.
        return {};
    }
    if (!settled(socket, 5000)) fail("being refused in time");
    return socket;
}

NativeVerdict refused_readiness() {
    const Socket dead = dead_port();
    const Socket socket = tcp();
    (void)connect_to(socket, loopback(port_of(dead)));
    (void)settled(socket, 5000);
    fd_set readable, writable, exceptional;
    for (fd_set* set : {&readable, &writable, &exceptional}) {
        FD_ZERO(set);
        FD_SET(static_cast<Number>(socket), set);
    }
    timeval span{1, 0};
    if (::select(above(socket), &readable, &writable, &exceptional, &span) < 0) fail("select");
    Seen seen;
    if (FD_ISSET(static_cast<Number>(socket), &readable)) seen << "ready";
    if (FD_ISSET(static_cast<Number>(socket), &writable)) seen << "writable";
    if (FD_ISSET(static_cast<Number>(socket), &exceptional)) seen << "error";
    return NativeVerdict{NativeVerdict(seen).outcome, "poll: " + events_text(wait_for(socket, POLLIN | POLLOUT, 0))};
}

NativeVerdict error_slot() {
    Seen seen;
    {
        const Socket socket = refused_socket();
        if (!socket.valid())
            return Seen() << "refused"
                          << "at-once";
        seen << socket_error(socket) << socket_error(socket);
    }
    const Socket socket = refused_socket();
    if (!socket.valid())
        return Seen() << "refused"
                      << "at-once";
    seen << received(receive(socket)) << received(receive(socket));
    return seen;
}

NativeVerdict retry() {
    const Socket dead = dead_port();
    const sockaddr_in server = loopback(port_of(dead));
    const Socket socket = tcp();
    Seen seen;
    seen << connect_result(socket, server) << connect_result(socket, server);
    if (::listen(dead, 1) != 0) fail("listen");
    seen << connect_result(socket, server);
    return seen;
}

// Connects to a full listener; whoever waits is last. Empty where none has to.
std::vector<Socket> connect_until_pending(const sockaddr_in& server) {
    std::vector<Socket> all;
    while (all.size() < 256) {
        all.push_back(tcp());
        if (connect_to(all.back(), server) == 0) continue;
        if (!is_connecting()) break;
        if (!settled(all.back(), window_ms)) return all;
    }
    return {};
}

NativeVerdict while_pending() {
    const Socket full = listener(0);
    const sockaddr_in server = loopback(port_of(full));
    const std::vector<Socket> all = connect_until_pending(server);
    if (all.empty()) return Seen() << "none-pending";
    const Socket& socket = all.back();
    Seen seen;
    seen << done(connect_to(socket, server));
    sockaddr_in name{};
    Length size = sizeof name;
    seen << done(::getpeername(socket, reinterpret_cast<sockaddr*>(&name), &size));
    seen << sent(send(socket, "x")) << received(receive(socket)) << socket_error(socket);
    seen << done(::shutdown(socket, end_sending));
    return seen;
}

NativeVerdict to_unspecified() {
    const Socket listening = tcp();
    sockaddr_in any{};
    any.sin_family = AF_INET;
    if (bind_to(listening, any) != 0 || ::listen(listening, 4) != 0) fail("listening on 0.0.0.0");
    any.sin_port = loopback(port_of(listening)).sin_port;
    const Socket to_any = tcp();
    const Socket to_zero = tcp();
    return Seen() << connect_result(to_any, any) << connect_result(to_zero, loopback(0));
}

NativeVerdict to_itself() {
    const Socket socket = tcp();
    bind_loopback(socket);
    const std::string_view result = connect_result(socket, loopback(port_of(socket)));
    if (result != "works") return Seen() << result;
    must_send(socket, "abc");
    must_be_readable(socket);
    return Seen() << result << received(receive(socket));
}

NativeVerdict accepted_mode() {
    const Socket listening = listener();
    const Socket client = connected_to(port_of(listening));
    must_be_readable(listening);
    const Socket accepted(::accept(listening, nullptr, nullptr));
    if (!accepted.valid()) fail("accept");
    set_receive_timeout(accepted, 300);
    const Stopwatch watch;
    (void)receive(accepted);
    return Seen() << (watch.milliseconds() < 150 ? "at-once" : "blocks");
}

NativeVerdict accepted_options() {
    const Socket listening = listener();
    set_option(listening, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_option(listening, IPPROTO_TCP, TCP_NODELAY, 1);
    const Socket client = connected_to(port_of(listening));
    const Socket accepted = accept_from(listening);
    Seen seen;
    seen << (get_option(accepted, SOL_SOCKET, SO_KEEPALIVE) != 0 ? "inherited" : "separate");
    seen << (get_option(accepted, IPPROTO_TCP, TCP_NODELAY) != 0 ? "inherited" : "separate");
    return seen;
}

NativeVerdict reset_in_queue() {
    const Socket listening = listener();
    Socket client = connected_to(port_of(listening));
    must_be_readable(listening);
    abort(client);
    const Socket accepted = accept_if_any(listening);
    if (!accepted.valid()) return Seen() << last();
    (void)wait_for(accepted, POLLIN, limit_ms);
    sockaddr_in name{};
    Length size = sizeof name;
    Seen seen;
    seen << "works" << done(::getpeername(accepted, reinterpret_cast<sockaddr*>(&name), &size));
    seen << received(receive(accepted)) << received(receive(accepted));
    return seen;
}

NativeVerdict closed_in_queue() {
    const Socket listening = listener();
    Socket client = connected_to(port_of(listening));
    must_send(client, "hello");
    client.close();
    const Socket accepted = accept_from(listening);
    must_be_readable(accepted);
    Seen seen;
    seen << received(receive(accepted));
    must_be_readable(accepted);
    seen << received(receive(accepted));
    return seen;
}

NativeVerdict overflow() {
    const Socket full = listener(0);
    const sockaddr_in server = loopback(port_of(full));
    std::vector<Socket> all;
    bool connected = false;
    bool pending = false;
    bool refused = false;
    for (int i = 0; i < 12; ++i) {
        all.push_back(tcp());
        (void)connect_to(all.back(), server);
    }
    const Stopwatch watch;
    for (const Socket& socket : all) {
        const int left = 400 - watch.milliseconds();
        if (!settled(socket, left > 0 ? left : 0)) {
            pending = true;
        } else {
            (get_option(socket, SOL_SOCKET, SO_ERROR) == 0 ? connected : refused) = true;
        }
    }
    Seen seen;
    if (connected) seen << "works";
    if (pending) seen << "pending";
    if (refused) seen << "refused";
    return seen;
}

NativeVerdict closed_with_queue() {
    Socket listening = listener();
    const Socket client = connected_to(port_of(listening));
    must_send(client, "abc");
    must_be_readable(listening);
    listening.close();
    must_be_readable(client);
    Seen seen;
    seen << received(receive(client)) << received(receive(client));
    seen << lost(sent(send(client, "x")));
    return seen;
}

NativeVerdict misused() {
    const Socket unbound = tcp();
    sockaddr_in name{};
    Length size = sizeof name;
    auto* address = reinterpret_cast<sockaddr*>(&name);
    Seen seen;
    seen << done(::getsockname(unbound, address, &size));
    size = sizeof name;
    seen << done(::getpeername(unbound, address, &size));
    const Socket nobody = accept_if_any(unbound);
    seen << (nobody.valid() ? "works" : last());
    const Socket datagram = udp();
    seen << done(::listen(datagram, 1));
    seen << done(::listen(unbound, 1));
    const Socket listening = listener();
    seen << done(connect_to(listening, loopback(port_of(listening))));
    return seen;
}

}  // namespace

void add_connect_probes(Probes& all) {
    all.insert(all.end(),
               {{"connect-nb-start-code", connect_start_code},
                {"connect-refused-delay", refused_delay},
                {"connect-refused-readiness", refused_readiness},
                {"connect-error-slot", error_slot},
                {"connect-retry-same-socket", retry},
                {"connect-again-while-pending", while_pending},
                {"connect-to-unspecified", to_unspecified},
                {"connect-self", to_itself},
                {"accept-inherits-nonblocking", accepted_mode},
                {"accept-inherits-options", accepted_options},
                {"accept-peer-reset-in-queue", reset_in_queue},
                {"accept-peer-closed-in-queue", closed_in_queue},
                {"backlog-overflow", overflow},
                {"listener-close-drops-queue", closed_with_queue},
                {"unbound-and-misused-sockets", misused},
                {.id = "connect-silent-host-deadline",
                 .not_applicable = "raw connects have no deadline of their own, and loopback no silent host"}});
}

}  // namespace pier::native
