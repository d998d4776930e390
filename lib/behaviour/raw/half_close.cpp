// One direction ends, by raw calls.
#include "loopback.hpp"
#include "probes.hpp"

namespace pier::native {
namespace {

std::string_view next(Number socket) {
    (void)wait_for(socket, POLLIN, limit_ms);
    return received(receive(socket));
}

NativeVerdict echo() {
    auto [here, there] = pair();
    must_send(here, "ping");
    (void)next(there);
    Seen seen;
    seen << done(shutdown(here, end_sending)) << done(shutdown(here, end_sending));
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
    seen << done(shutdown(here, end_receiving));
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
    seen << done(shutdown(unconnected, end_sending));
    seen << done(shutdown(listening, end_both));
    seen << done(shutdown(datagram, end_sending));
    const Socket client = tcp();
    (void)connect_to(client, loopback(port_of(listening)));
    const std::string_view error = settled(client, limit_ms) ? socket_error(client) : "timed-out";
    seen << (error == "nothing" ? "works" : error);
    return seen;
}

NativeVerdict both_directions() {
    auto [here, there] = pair();
    must_send(there, "data");
    must_be_readable(here);
    Seen seen;
    seen << done(shutdown(here, end_both));
    seen << received(receive(here)) << received(receive(here)) << sent(send(here, "more"));
    return seen;
}

NativeVerdict simultaneous() {
    auto [here, there] = pair();
    for (const Socket* socket : {&here, &there}) {
        must_send(*socket, "abc");
        if (shutdown(*socket, end_sending) != 0) fail("shutdown");
    }
    Seen seen;
    seen << next(here) << next(here);
    (void)next(there);
    (void)next(there);
    seen << done(shutdown(here, end_sending));
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
