// Datagrams, by raw calls.
#include "loopback.hpp"
#include "probes.hpp"

#include <array>
#include <vector>

namespace pier::native {
namespace {

Socket bound() {
    Socket socket = udp();
    bind_loopback(socket);
    return socket;
}

std::uint16_t unused_port() {
    const Socket socket = bound();
    return port_of(socket);
}

// Readable, its size, what FIONREAD says of it; and whether a receive into nothing takes the next one.
NativeVerdict zero_length() {
    const Socket here = bound();
    const Socket there = bound();
    const sockaddr_in to = loopback(port_of(here));
    Seen seen;
    seen << sent(send_to(there, "", to)) << readiness(here, limit_ms);
    seen << (receive(here) == 0 ? "works" : "corrupt");
    (void)send_to(there, "dropped", to);
    (void)send_to(there, "kept", to);
    must_be_readable(here);
    (void)receive(here, 0);
    seen << (receive(here) == 4 ? "works" : "too-much");
    return seen;
}

NativeVerdict truncation() {
    const Socket here = bound();
    const Socket there = bound();
    const sockaddr_in to = loopback(port_of(here));
    (void)send_to(there, std::string(100, 'x'), to);
    (void)send_to(there, "next", to);
    must_be_readable(here);
    const Count count = receive(here, 10);
    Seen seen;
    seen << (count == 10 ? "ignored" : received(count));
    seen << (receive(here, 10) == 4 ? "data" : "corrupt");
    return seen;
}

NativeVerdict too_big() {
    const Socket here = bound();
    return Seen() << sent(send_to(here, std::string(70'000, 'x'), loopback(port_of(here))));
}

NativeVerdict unconnected() {
    const Socket here = bound();
    const Socket there = bound();
    (void)send_to(here, "anybody?", loopback(unused_port()));
    Seen seen;
    seen << (wait_for(here, POLLIN, window_ms) == 0 ? "quiet" : received(receive(here)));
    (void)send_to(there, "good", loopback(port_of(here)));
    must_be_readable(here);
    seen << received(receive(here));
    return seen;
}

// A receive; then two sends, and once more.
NativeVerdict connected() {
    const Socket here = bound();
    if (connect_to(here, loopback(unused_port())) != 0) fail("connect");
    must_send(here, "anybody?");
    (void)wait_for(here, POLLIN, window_ms);
    Seen seen;
    seen << received(receive(here));
    must_send(here, "anybody?");
    (void)wait_for(here, POLLIN, window_ms);
    seen << sent(send(here, "anybody?")) << sent(send(here, "anybody?"));
    return seen;
}

// A send elsewhere, a stranger's datagram, the peer's; and a send once the peer is dissolved.
NativeVerdict connected_addressing() {
    const Socket here = bound();
    const Socket peer = bound();
    const Socket stranger = bound();
    if (connect_to(here, loopback(port_of(peer))) != 0) fail("connect");
    Seen seen;
    seen << sent(send_to(here, "elsewhere", loopback(port_of(stranger))));
    (void)send_to(stranger, "stranger", loopback(port_of(here)));
    seen << readiness(here, window_ms);
    (void)send_to(peer, "peer", loopback(port_of(here)));
    seen << readiness(here, limit_ms);
    sockaddr_in nobody{};
    nobody.sin_family = AF_UNSPEC;
    seen << done(connect_to(here, nobody)) << sent(send(here, "nowhere"));
    return seen;
}

// A receive and a send on a fresh socket, a send to port 0, a broadcast.
NativeVerdict bad_destinations() {
    const Socket fresh = udp();
    Seen seen;
    seen << received(receive(fresh)) << sent(send(fresh, "nowhere"));
    seen << sent(send_to(fresh, "port 0", loopback(0)));
    sockaddr_in all = loopback(9);
    all.sin_addr.s_addr = htonl(0x7fffffff);
    seen << sent(send_to(fresh, "everybody", all));
    return seen;
}

// Who gets a datagram when both reuse the address; and a second one without, beside a first one without.
NativeVerdict one_port() {
    const Socket first = udp();
    const Socket later = udp();
    for (const Socket* socket : {&first, &later}) set_option(*socket, SOL_SOCKET, SO_REUSEADDR, 1);
    bind_loopback(first);
    const sockaddr_in address = loopback(port_of(first));
    Seen seen;
    if (bind_to(later, address) == 0) {
        const Socket sender = bound();
        (void)send_to(sender, "whose?", address);
        seen << (wait_for(later, POLLIN, window_ms) != 0   ? "last"
                 : wait_for(first, POLLIN, window_ms) != 0 ? "first"
                                                           : "nothing");
    } else {
        seen << last();
    }
    const Socket alone = bound();
    const Socket second = udp();
    seen << done(bind_to(second, loopback(port_of(alone))));
    return seen;
}

NativeVerdict pending_bytes() {
    const Socket here = bound();
    const Socket there = bound();
    (void)send_to(there, std::string(100, 'x'), loopback(port_of(here)));
    (void)send_to(there, std::string(23, 'x'), loopback(port_of(here)));
    must_be_readable(here);
    const std::size_t count = unread(here);
    return Seen() << (count == 100 ? "first" : count == 123 ? "whole" : "differs");
}

// What is sent, and what of it arrives.
NativeVerdict overflow() {
    constexpr int count = 200;
    const Socket here = bound();
    const Socket there = bound();
    set_option(here, SOL_SOCKET, SO_RCVBUF, 8192);
    const std::string data(1000, 'x');
    Seen seen;
    for (int i = 0; i < count; ++i) {
        if (send_to(there, data, loopback(port_of(here))) < 0) return seen << last();
    }
    seen << "works";
    int arrived = 0;
    std::array<char, 1000> into;
    while (wait_for(here, POLLIN, window_ms) != 0 && receive_into(here, into.data(), into.size(), 0) > 0) ++arrived;
    seen << (arrived == count ? "whole" : arrived > 0 ? "partial" : "nothing");
    NativeVerdict verdict = seen;
    verdict.detail = std::to_string(arrived) + " of " + std::to_string(count) + " arrived";
    return verdict;
}

}  // namespace

void add_datagram_probes(Probes& all) {
    all.insert(all.end(), {{"dgram-zero-length", zero_length},
                           {"dgram-truncation", truncation},
                           {"dgram-too-big", too_big},
                           {"icmp-unreachable-unconnected", unconnected},
                           {"icmp-unreachable-connected", connected},
                           {"udp-connected-addressing", connected_addressing},
                           {"udp-unbound-and-bad-destinations", bad_destinations},
                           {"udp-two-sockets-one-port", one_port},
                           {"pending-bytes", pending_bytes},
                           {"udp-overflow-drop", overflow}});
}

}  // namespace pier::native
