// Groups, by raw calls; on loopback, where nobody else hears of them.
#include "loopback.hpp"
#include "probes.hpp"

namespace pier::native {
namespace {

constexpr std::uint32_t group = 0xefff2a07;  // 239.255.42.7: RFC 2365, for local use

std::string_view set_membership(Number socket, int name) {
    ip_mreq membership{};
    membership.imr_multiaddr.s_addr = htonl(group);
    membership.imr_interface.s_addr = htonl(INADDR_LOOPBACK);
    return done(set_bytes(socket, IPPROTO_IP, name, &membership, sizeof membership));
}

sockaddr_in to_group(std::uint16_t port) {
    sockaddr_in address = loopback(port);
    address.sin_addr.s_addr = htonl(group);
    return address;
}

// Two that join, what a member and another socket hear, two that drop, and a bind to the group.
NativeVerdict membership() {
    const Socket member = udp();
    const Socket other = udp();
    for (const Socket* socket : {&member, &other}) set_option(*socket, SOL_SOCKET, SO_REUSEADDR, 1);
    sockaddr_in any = loopback();
    any.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind_to(member, any) != 0) fail("bind");
    any.sin_port = htons(port_of(member));
    if (bind_to(other, any) != 0) fail("bind to the same port");
    Seen seen;
    seen << set_membership(member, IP_ADD_MEMBERSHIP) << set_membership(member, IP_ADD_MEMBERSHIP);
    const Socket sender = udp();
    in_addr from{};
    from.s_addr = htonl(INADDR_LOOPBACK);
    if (set_bytes(sender, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof from) != 0) fail("IP_MULTICAST_IF");
    if (send_to(sender, "all", to_group(port_of(member))) != 3) fail("sending to the group");
    seen << readiness(member, limit_ms) << readiness(other, window_ms);
    seen << set_membership(member, IP_DROP_MEMBERSHIP) << set_membership(member, IP_DROP_MEMBERSHIP);
    const Socket bound = udp();
    seen << done(bind_to(bound, to_group(0)));
    return seen;
}

}  // namespace

void add_multicast_probes(Probes& all) { all.push_back({"multicast-membership", membership}); }

}  // namespace pier::native
