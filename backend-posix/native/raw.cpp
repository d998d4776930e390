// Raw and link-layer sockets, by raw calls. They need privileges; what is sent goes to loopback only.
#include "loopback.hpp"
#include "own_network.hpp"
#include "probes.hpp"
#include "raw_traffic.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace pier::native {
namespace {

constexpr const char* privileges = "raw sockets need privileges that this process has not";

Socket raw(int protocol) { return Socket(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol)); }

NativeVerdict protocols() {
    Seen seen;
    for (int protocol : {int{IPPROTO_ICMP}, int{IPPROTO_TCP}, int{IPPROTO_UDP}, 253, int{IPPROTO_RAW}, 0}) {
        const Socket socket = raw(protocol);
        if (socket < 0 && (errno == EPERM || errno == EACCES)) return {"n/a", privileges};
        seen << (socket < 0 ? word(errno) : "works");
    }
    return seen;
}

std::uint16_t checksum(const void* data, std::size_t size) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i + 1 < size; i += 2) {
        std::uint16_t part;
        std::memcpy(&part, static_cast<const char*>(data) + i, 2);
        sum += part;
    }
    while ((sum >> 16) != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

icmphdr message(std::uint8_t type) {
    icmphdr icmp{};
    icmp.type = type;
    icmp.un.echo.id = static_cast<std::uint16_t>(::getpid());
    icmp.un.echo.sequence = htons(7);
    icmp.checksum = checksum(&icmp, sizeof icmp);
    return icmp;
}

// The next packet with a message of ours, past those of others; empty when none comes.
std::vector<char> ours(int socket) {
    const Stopwatch watch;
    while (watch.milliseconds() < limit_ms && wait_for(socket, POLLIN, limit_ms) != 0) {
        std::vector<char> packet(2048);
        const ssize_t count = ::recv(socket, packet.data(), packet.size(), 0);
        if (count < static_cast<ssize_t>(sizeof(icmphdr))) continue;
        packet.resize(static_cast<std::size_t>(count));
        icmphdr icmp;
        std::memcpy(&icmp, packet.data() + packet.size() - sizeof icmp, sizeof icmp);
        if (icmp.un.echo.id == static_cast<std::uint16_t>(::getpid()) && icmp.un.echo.sequence == htons(7))
            return packet;
    }
    return {};
}

NativeVerdict header() {
    const Socket socket = raw(IPPROTO_ICMP);
    if (socket < 0) return {"n/a", privileges};
    const icmphdr request = message(ICMP_ECHO);
    const sockaddr_in to = loopback();
    if (::sendto(socket, &request, sizeof request, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
        return Seen() << word(errno);
    }
    Seen seen;
    const std::vector<char> first = ours(socket);
    const std::vector<char> second = ours(socket);
    seen << (first.empty() ? "nothing" : second.empty() ? "once" : "twice");
    if (!first.empty()) seen << (first.size() == sizeof(iphdr) + sizeof(icmphdr) ? "whole" : "partial");
    return seen;
}

// Length, identification and checksum, sent as 0.
NativeVerdict own_header() {
    const Socket receiver = raw(IPPROTO_ICMP);
    const Socket sender = raw(IPPROTO_RAW);
    if (receiver < 0 || sender < 0) return {"n/a", privileges};
    iphdr ip{};
    ip.version = 4;
    ip.ihl = 5;
    ip.ttl = 64;
    ip.protocol = IPPROTO_ICMP;
    ip.saddr = ip.daddr = htonl(INADDR_LOOPBACK);
    const icmphdr reply = message(ICMP_ECHOREPLY);
    std::array<char, sizeof ip + sizeof reply> packet;
    std::memcpy(packet.data(), &ip, sizeof ip);
    std::memcpy(packet.data() + sizeof ip, &reply, sizeof reply);
    const sockaddr_in to = loopback();
    if (::sendto(sender, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
        return Seen() << word(errno);
    }
    const std::vector<char> came = ours(receiver);
    if (came.size() != packet.size()) return Seen() << "nothing";
    std::memcpy(&ip, came.data(), sizeof ip);
    Seen seen;
    seen << (ntohs(ip.tot_len) == packet.size() ? "works" : "nothing");
    seen << (ip.id != 0 ? "works" : "nothing") << (ip.check != 0 ? "works" : "nothing");
    return seen;
}

Socket link(std::uint16_t type) {
    Socket socket(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(type)));
    if (socket < 0) fail("AF_PACKET");
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(type);
    address.sll_ifindex = static_cast<int>(if_nametoindex("lo"));
    if (::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("binding to lo");
    return socket;
}

std::string_view copies(int socket) {
    int count = 0;
    while (wait_for(socket, POLLIN, window_ms) != 0 && receive(socket, 200) > 0) ++count;
    return count == 0 ? "nothing" : count == 1 ? "once" : count == 2 ? "twice" : "too-much";
}

NativeVerdict loopback_copies() {
    const Socket capture = link(ETH_P_ALL);
    const Socket here = udp();
    bind_loopback(here);
    const sockaddr_in to = loopback(port_of(here));
    if (::sendto(here, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 1) fail("sendto");
    return Seen() << copies(capture);
}

NativeVerdict injected() {
    constexpr std::uint16_t experimental = 0x88b5;  // IEEE 802: local experiments
    const Socket socket = link(experimental);
    std::array<char, 60> frame{};
    frame[12] = static_cast<char>(0x88);
    frame[13] = static_cast<char>(0xb5);
    Seen seen;
    seen << sent(::send(socket, frame.data(), frame.size(), 0)) << copies(socket);
    seen << sent(::send(socket, frame.data(), 10, 0));
    const std::vector<char> huge(70'000);
    seen << sent(::send(socket, huge.data(), huge.size(), 0));
    return seen;
}

NativeVerdict traffic() {
    const Socket datagrams = raw(IPPROTO_UDP);
    const Socket streams = raw(IPPROTO_TCP);
    if (!datagrams.valid() || !streams.valid()) return {"n/a", privileges};
    return seen_traffic(datagrams, streams);
}

}  // namespace

void add_raw_probes(Probes& all) {
    all.insert(all.end(), {{"raw-protocol-allowed", protocols},
                           {"raw-sees-kernel-traffic", traffic},
                           {"raw-receive-header", header},
                           {"raw-hdrincl-fields", own_header},
                           {"link-loopback-copies", [] { return alone(loopback_copies); }},
                           {"link-inject", [] { return alone(injected); }}});
}

}  // namespace pier::native
