// One direction ends, by raw calls.
#include "net.hpp"
#include "probes.hpp"

namespace pier::native {
namespace {

std::string_view next(SOCKET socket) {
    (void)wait_for(socket, POLLIN, limit_ms);
    return received(receive(socket));
}

NativeVerdict echo() {
    auto [here, there] = pair();
    must_send(here, "ping");
    (void)next(there);
    Seen seen;
    seen << done(::shutdown(here, SD_SEND)) << done(::shutdown(here, SD_SEND));
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
    seen << done(::shutdown(here, SD_RECEIVE));
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
    seen << done(::shutdown(unconnected, SD_SEND));
    seen << done(::shutdown(listening, SD_BOTH));
    seen << done(::shutdown(datagram, SD_SEND));
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
    seen << done(::shutdown(here, SD_BOTH));
    seen << received(receive(here)) << received(receive(here)) << sent(send(here, "more"));
    return seen;
}

NativeVerdict simultaneous() {
    auto [here, there] = pair();
    for (const Socket* socket : {&here, &there}) {
        must_send(*socket, "abc");
        if (::shutdown(*socket, SD_SEND) != 0) fail("shutdown");
    }
    Seen seen;
    seen << next(here) << next(here);
    (void)next(there);
    (void)next(there);
    seen << done(::shutdown(here, SD_SEND));
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
