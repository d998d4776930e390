// Raw sockets, by raw calls. They need privileges; what is sent goes to loopback only.
#include "net.hpp"
#include "probes.hpp"

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

// The size of the next packet with a message of ours, past those of others; 0 when none comes.
std::size_t ours(SOCKET socket) {
    const Stopwatch watch;
    while (watch.milliseconds() < limit_ms && wait_for(socket, POLLIN, 500) != 0) {
        std::array<char, 2048> packet;
        const int count = ::recv(socket, packet.data(), static_cast<int>(packet.size()), 0);
        if (count < static_cast<int>(sizeof(Message))) continue;
        const auto size = static_cast<std::size_t>(count);
        Message message;
        std::memcpy(&message, packet.data() + size - sizeof message, sizeof message);
        const Message mine = request();
        if (message.id == mine.id && message.sequence == mine.sequence) return size;
    }
    return 0;
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
    const std::size_t first = ours(socket);
    const std::size_t second = ours(socket);
    Seen seen;
    seen << (first == 0 ? "nothing" : second == 0 ? "once" : "twice");
    if (first != 0) seen << (first == ip_header + sizeof(Message) ? "whole" : "partial");
    return seen;
}

constexpr std::string_view no_link = "the link layer takes Npcap, which is no part of this system";

}  // namespace

void add_raw_probes(Probes& all) {
    all.insert(all.end(), {{"raw-protocol-allowed", protocols},
                           {"raw-receive-header", header},
                           {.id = "raw-hdrincl-fields",
                            .not_applicable = "what a header of one's own becomes is not asked here yet"},
                           {.id = "link-loopback-copies", .not_applicable = no_link},
                           {.id = "link-inject", .not_applicable = no_link}});
}

}  // namespace pier::native
