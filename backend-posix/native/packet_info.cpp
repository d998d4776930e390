// What comes with a datagram: its destination and interface (ip(7), IP_PKTINFO).
#include "loopback.hpp"
#include "probes.hpp"

#include <sys/socket.h>
#include <array>
#include <cstring>

namespace pier::native {
namespace {

NativeVerdict destination() {
    const Socket receiver = udp();
    sockaddr_in any{};
    any.sin_family = AF_INET;
    if (bind_to(receiver, any) != 0) fail("bind");
    Seen seen;
    const int on = 1;
    seen << done(set_bytes(receiver, IPPROTO_IP, IP_PKTINFO, &on, sizeof on));
    const Socket sender = udp();
    if (send_to(sender, "where", loopback(port_of(receiver))) != 5) fail("sending");
    must_be_readable(receiver);
    std::array<char, 16> into;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(in_pktinfo))> control{};
    iovec piece{into.data(), into.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (recvmsg(receiver, &message, 0) != 5) return seen << last();
    const cmsghdr* part = CMSG_FIRSTHDR(&message);
    if (part == nullptr || part->cmsg_level != IPPROTO_IP || part->cmsg_type != IP_PKTINFO) return seen << "nothing";
    in_pktinfo info;
    std::memcpy(&info, CMSG_DATA(part), sizeof info);
    seen << (info.ipi_addr.s_addr == htonl(INADDR_LOOPBACK) ? "same" : "differs");
    seen << (info.ipi_ifindex != 0 ? "works" : "nothing");
    return seen;
}

}  // namespace

void add_packet_info_probes(Probes& all) { all.push_back({"packet-info", destination}); }

}  // namespace pier::native
