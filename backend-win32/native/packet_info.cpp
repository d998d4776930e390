// What comes with a datagram: its destination and interface ("IPPROTO_IP Socket Options", IP_PKTINFO; WSARecvMsg).
#include "loopback.hpp"
#include "probes.hpp"

#include <array>
#include <cstring>

namespace pier::native {
namespace {

LPFN_WSARECVMSG receive_message_of(Number socket) {
    GUID id = WSAID_WSARECVMSG;
    LPFN_WSARECVMSG function = nullptr;
    DWORD size = 0;
    const int found = ::WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function, sizeof function,
                                 &size, nullptr, nullptr);
    return found == 0 ? function : nullptr;
}

NativeVerdict destination() {
    const Socket receiver = udp();
    sockaddr_in any{};
    any.sin_family = AF_INET;
    if (bind_to(receiver, any) != 0) fail("bind");
    Seen seen;
    const int on = 1;
    seen << done(set_bytes(receiver, IPPROTO_IP, IP_PKTINFO, &on, sizeof on));
    const LPFN_WSARECVMSG receive_message = receive_message_of(receiver);
    if (receive_message == nullptr) return seen << "no-option";
    const Socket sender = udp();
    if (send_to(sender, "where", loopback(port_of(receiver))) != 5) fail("sending");
    must_be_readable(receiver);
    std::array<char, 16> into;
    alignas(WSACMSGHDR) std::array<char, WSA_CMSG_SPACE(sizeof(IN_PKTINFO))> control{};
    WSABUF piece{static_cast<ULONG>(into.size()), into.data()};
    WSAMSG message{};
    message.lpBuffers = &piece;
    message.dwBufferCount = 1;
    message.Control = {static_cast<ULONG>(control.size()), control.data()};
    DWORD count = 0;
    if (receive_message(receiver, &message, &count, nullptr, nullptr) != 0) return seen << last();
    WSACMSGHDR* part = WSA_CMSG_FIRSTHDR(&message);
    if (part == nullptr || part->cmsg_level != IPPROTO_IP || part->cmsg_type != IP_PKTINFO) return seen << "nothing";
    IN_PKTINFO info;
    std::memcpy(&info, WSA_CMSG_DATA(part), sizeof info);
    seen << (info.ipi_addr.s_addr == htonl(INADDR_LOOPBACK) ? "same" : "differs");
    seen << (info.ipi_ifindex != 0 ? "works" : "nothing");
    return seen;
}

}  // namespace

void add_packet_info_probes(Probes& all) { all.push_back({"packet-info", destination}); }

}  // namespace pier::native
