// One direction ends, by raw calls.
#include "net.hpp"
#include "probes.hpp"

namespace pier::native {
namespace {

std::string_view next(int socket) {
    (void)wait_for(socket, POLLIN, limit_ms);
    return received(receive(socket));
}

NativeVerdict echo() {
    auto [here, there] = pair();
    must_send(here, "ping");
    (void)next(there);
    Seen seen;
    seen << done(shutdown(here, SHUT_WR)) << done(shutdown(here, SHUT_WR));
    seen << next(there);
    must_send(there, "reply");
    seen << next(here);
    seen << sent(send(here, "more"));
    return seen;
}

NativeVerdict receiving_direction() {
    auto [here, there] = pair();
    must_send(there, "hello");
    must_be_readable(here);
    Seen seen;
    seen << done(shutdown(here, SHUT_RD));
    seen << received(receive(here)) << received(receive(here));
    seen << sent(send(there, "later"));
    seen << next(here);
    return seen;
}

NativeVerdict misused() {
    const Socket unconnected = tcp();
    const Socket listening = listener();
    const Socket datagram = udp();
    Seen seen;
    seen << done(shutdown(unconnected, SHUT_WR));
    seen << done(shutdown(listening, SHUT_RDWR));
    seen << done(shutdown(datagram, SHUT_WR));
    const Socket client = tcp();
    const int connected = connect_to(client, loopback(port_of(listening)));
    seen << (connected == 0 || (wait_for(client, POLLOUT, limit_ms) & POLLERR) == 0 ? "works" : socket_error(client));
    return seen;
}

NativeVerdict both_directions() {
    auto [here, there] = pair();
    must_send(there, "data");
    must_be_readable(here);
    Seen seen;
    seen << done(shutdown(here, SHUT_RDWR));
    seen << received(receive(here)) << received(receive(here)) << sent(send(here, "more"));
    return seen;
}

NativeVerdict simultaneous() {
    auto [here, there] = pair();
    for (const Socket* socket : {&here, &there}) {
        must_send(*socket, "abc");
        if (shutdown(*socket, SHUT_WR) != 0) fail("shutdown");
    }
    Seen seen;
    seen << next(here) << next(here);
    (void)next(there);
    (void)next(there);
    seen << done(shutdown(here, SHUT_WR));
    return seen;
}

}  // namespace

void add_half_close_probes(Probes& all) {
    all.insert(all.end(), {{"half-close-echo", echo},
                           {"shutdown-read", receiving_direction},
                           {"shutdown-misuse", misused},
                           {"shutdown-both", both_directions},
                           {"shutdown-simultaneous", simultaneous}});
}

}  // namespace pier::native
