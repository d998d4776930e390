// Raw sockets, by raw calls. They need privileges; what is sent goes to loopback only.
#include "loopback.hpp"
#include "probes.hpp"
#include "raw_traffic.hpp"

#include <array>
#include <cstring>
#include <vector>

namespace pier::native {
namespace {

constexpr const char* privileges = "raw sockets need privileges that this process has not";

Socket raw(int protocol) {
    return Socket(
        ::WSASocketW(AF_INET, SOCK_RAW, protocol, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT));
}

NativeVerdict protocols() {
    Seen seen;
    for (int protocol : {int{IPPROTO_ICMP}, int{IPPROTO_TCP}, int{IPPROTO_UDP}, 253, int{IPPROTO_RAW}, 0}) {
        const Socket socket = raw(protocol);
        if (!socket.valid() && ::WSAGetLastError() == WSAEACCES) return {"n/a", privileges};
        seen << (socket.valid() ? "works" : last());
    }
    return seen;
}

// RFC 792; an identifier of ours tells our messages from others.
constexpr std::uint8_t echo = 8;
struct Message {
    std::uint8_t type = echo;
    std::uint8_t code = 0;
    std::uint16_t checksum = 0;
    std::uint16_t id = 0;
    std::uint16_t sequence = 0;
};
constexpr std::size_t ip_header = 20;

Message request() {
    Message message;
    message.id = static_cast<std::uint16_t>(::GetCurrentProcessId());
    message.sequence = ::htons(7);
    const std::uint32_t sum = std::uint32_t{::htons(echo << 8)} + message.id + message.sequence;
    const std::uint32_t folded = (sum & 0xffff) + (sum >> 16);
    message.checksum = static_cast<std::uint16_t>(~((folded & 0xffff) + (folded >> 16)));
    return message;
}

// The next packet with a message of ours, past those of others; empty when none comes.
std::vector<char> ours(SOCKET socket) {
    const Stopwatch watch;
    while (watch.milliseconds() < limit_ms && wait_for(socket, POLLIN, 500) != 0) {
        std::vector<char> packet(2048);
        const int count = ::recv(socket, packet.data(), static_cast<int>(packet.size()), 0);
        if (count < static_cast<int>(sizeof(Message))) continue;
        packet.resize(static_cast<std::size_t>(count));
        Message message;
        std::memcpy(&message, packet.data() + packet.size() - sizeof message, sizeof message);
        const Message mine = request();
        if (message.id == mine.id && message.sequence == mine.sequence) return packet;
    }
    return {};
}

NativeVerdict header() {
    const Socket socket = raw(IPPROTO_ICMP);
    if (!socket.valid()) return {"n/a", privileges};
    set_blocking(socket, false);
    const Message message = request();
    const sockaddr_in to = loopback();
    if (::sendto(socket, reinterpret_cast<const char*>(&message), sizeof message, 0,
                 reinterpret_cast<const sockaddr*>(&to), sizeof to) < 0) {
        return Seen() << last();
    }
    const std::vector<char> first = ours(socket);
    const std::vector<char> second = ours(socket);
    Seen seen;
    seen << (first.empty() ? "nothing" : second.empty() ? "once" : "twice");
    if (!first.empty()) seen << (first.size() == ip_header + sizeof(Message) ? "whole" : "partial");
    return seen;
}

// Length, identification and checksum, sent as 0 in a header of our own (RFC 791).
NativeVerdict own_header() {
    const Socket receiver = raw(IPPROTO_ICMP);
    const Socket sender = raw(IPPROTO_RAW);
    if (!receiver.valid() || !sender.valid()) return {"n/a", privileges};
    set_blocking(receiver, false);
    bind_loopback(receiver);
    constexpr int header_included = 2;  // IP_HDRINCL of ws2ipdef.h; winsock.h's has another value
    set_option(sender, IPPROTO_IP, header_included, 1);
    const Message message = request();
    std::array<char, ip_header + sizeof message> packet{};
    packet[0] = 0x45;
    packet[8] = 64;
    packet[9] = IPPROTO_ICMP;
    const sockaddr_in to = loopback();
    for (std::size_t at : {12U, 16U}) std::memcpy(packet.data() + at, &to.sin_addr, sizeof to.sin_addr);
    std::memcpy(packet.data() + ip_header, &message, sizeof message);
    if (::sendto(sender, packet.data(), static_cast<int>(packet.size()), 0, reinterpret_cast<const sockaddr*>(&to),
                 sizeof to) < 0) {
        return Seen() << last();
    }
    const std::vector<char> came = ours(receiver);
    if (came.size() != packet.size()) return Seen() << "nothing";
    auto filled = [&came](std::size_t at) { return came[at] != 0 || came[at + 1] != 0 ? "works" : "nothing"; };
    return Seen() << filled(2) << filled(4) << filled(10);
}

constexpr std::string_view no_link = "the link layer takes Npcap, which is no part of this system";

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
                           {.id = "link-loopback-copies", .not_applicable = no_link},
                           {.id = "link-inject", .not_applicable = no_link}});
}

}  // namespace pier::native
