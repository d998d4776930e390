// Multicast's loop, on an interface that is not loopback: that one delivers whatever is set. So the probe makes a pair
// of interfaces in a network of its own.
#include "loopback.hpp"
#include "own_network.hpp"
#include "probes.hpp"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace pier::native {
namespace {

constexpr std::uint32_t group = 0xefff2a07;  // 239.255.42.7: RFC 2365, for local use
constexpr std::uint32_t own = 0xc6336401;    // 198.51.100.1: RFC 5737, nobody's

// A request to rtnetlink, which is attributes within attributes.
class Request {
public:
    Request() {
        auto& header = at<nlmsghdr>(0);
        header.nlmsg_type = RTM_NEWLINK;
        header.nlmsg_flags = NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK;
        size_ = NLMSG_LENGTH(sizeof(ifinfomsg));
    }
    std::size_t open(std::uint16_t type) {
        const std::size_t place = size_;
        at<rtattr>(place).rta_type = type;
        size_ += RTA_LENGTH(0);
        return place;
    }
    void close(std::size_t place) {
        at<rtattr>(place).rta_len = static_cast<std::uint16_t>(size_ - place);
        size_ = RTA_ALIGN(size_);
    }
    void add(std::uint16_t type, const char* text) {
        const std::size_t place = open(type);
        std::strcpy(bytes_.data() + size_, text);
        size_ += std::strlen(text) + 1;
        close(place);
    }
    // 0 or an errno.
    int send() {
        at<nlmsghdr>(0).nlmsg_len = static_cast<std::uint32_t>(size_);
        const Socket socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
        if (!socket.valid() || ::send(socket, bytes_.data(), size_, 0) < 0) return errno;
        std::array<char, 1024> answer;
        if (::recv(socket, answer.data(), answer.size(), 0) < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr)))) {
            return EPROTO;
        }
        nlmsgerr error;
        std::memcpy(&error, answer.data() + NLMSG_HDRLEN, sizeof error);
        return -error.error;
    }

private:
    template <typename Part>
    Part& at(std::size_t place) {
        return *reinterpret_cast<Part*>(bytes_.data() + place);
    }

    alignas(nlmsghdr) std::array<char, 256> bytes_{};
    std::size_t size_ = 0;
};

// 0 or an errno.
int make_pair(const char* name) {
    Request request;
    request.add(IFLA_IFNAME, name);
    const std::size_t info = request.open(IFLA_LINKINFO);
    request.add(IFLA_INFO_KIND, "veth");
    request.close(info);
    return request.send();
}

void give_address(const char* interface) {
    const Socket control = udp();
    ifreq request{};
    std::strcpy(request.ifr_name, interface);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(own);
    std::memcpy(&request.ifr_addr, &address, sizeof address);
    if (::ioctl(control, SIOCSIFADDR, &request) != 0) fail("SIOCSIFADDR");
}

// Whether a member hears what another socket of this machine sends, by the loop of each.
std::string_view heard(int sender_loops, int receiver_loops) {
    const Socket member = udp();
    const Socket sender = udp();
    sockaddr_in address{};
    address.sin_family = AF_INET;
    if (bind_to(member, address) != 0) fail("bind");
    const ip_mreq membership{{htonl(group)}, {htonl(own)}};
    if (set_bytes(member, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership) != 0) fail("joining");
    const in_addr from{htonl(own)};
    if (set_bytes(sender, IPPROTO_IP, IP_MULTICAST_IF, &from, sizeof from) != 0) fail("IP_MULTICAST_IF");
    set_option(sender, IPPROTO_IP, IP_MULTICAST_LOOP, sender_loops);
    set_option(member, IPPROTO_IP, IP_MULTICAST_LOOP, receiver_loops);
    address.sin_addr.s_addr = htonl(group);
    address.sin_port = htons(port_of(member));
    if (send_to(sender, "all", address) != 3) fail("sending to the group");
    return readiness(member, window_ms);
}

// Both loop; the sender doesn't; the receiver doesn't.
NativeVerdict sides() {
    constexpr const char* name = "pier0";
    if (make_pair(name) != 0) return {"n/a", "the kernel makes no pair of interfaces (veth)"};
    give_address(name);
    for (const char* each : {name, "veth0"}) bring_up(each);
    return Seen() << heard(1, 1) << heard(0, 1) << heard(1, 0);
}

}  // namespace

void add_multicast_side_probes(Probes& all) {
    all.push_back({"multicast-loop-side", [] { return alone(sides); }});
}

}  // namespace pier::native
