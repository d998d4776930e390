#include "raw_traffic.hpp"

#include <array>

namespace pier::native {
namespace {

constexpr std::size_t ip_header = 20;

// A packet to that port, past those of others.
std::string_view seen_to(Number raw, std::uint16_t port) {
    const Stopwatch watch;
    while (watch.milliseconds() < limit_ms && wait_for(raw, POLLIN, window_ms) != 0) {
        std::array<char, 2048> packet;
        const Count count = receive_into(raw, packet.data(), packet.size(), 0);
        if (count < static_cast<Count>(ip_header + 4)) continue;
        const auto high = static_cast<unsigned char>(packet[ip_header + 2]);
        const auto low = static_cast<unsigned char>(packet[ip_header + 3]);
        if (high * 256 + low == port) return "data";
    }
    return "nothing";
}

}  // namespace

NativeVerdict seen_traffic(const Socket& raw_udp, const Socket& raw_tcp) {
    const Socket here = udp();
    bind_loopback(here);
    const Socket there = udp();
    if (send_to(there, "hello", loopback(port_of(here))) != 5) fail("sendto");
    Seen seen;
    seen << seen_to(raw_udp, port_of(here));
    const Socket listening = listener();
    const Socket client = connected_to(port_of(listening));
    seen << seen_to(raw_tcp, port_of(listening));
    return seen;
}

}  // namespace pier::native
