// Interfaces by rtnetlink. getifaddrs(3) asks the same, but leaves out the index, the MTU, the prefix length as a
// number and the state of an address, and does not say that the list has changed while it was read.
#include "process/error.hpp"
#include "socket/netlink.hpp"

#include <pier/sys/interfaces.hpp>

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <cerrno>
#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>

namespace pier::sys {
namespace {

using namespace posix;

using Bytes = std::span<const std::byte>;

// A list of a thousand interfaces takes a millisecond. So only a machine that makes interfaces without a pause needs
// more than two attempts.
constexpr int most_attempts = 16;

class Lists {
public:
    void take_link(Bytes message);
    void take_address(Bytes message);
    // Whether each address has its interface.
    [[nodiscard]] bool agree() const noexcept { return !has_strangers_; }
    [[nodiscard]] std::vector<Interface> take() && noexcept { return std::move(all_); }

private:
    std::vector<Interface> all_;
    std::unordered_map<std::uint32_t, std::size_t> places_;  // in all_, by index
    bool has_strangers_ = false;
};

Endpoint endpoint_of(int family, Bytes value) noexcept {
    if (Endpoint::V4 bytes; family == AF_INET && read_value(value, bytes)) return Endpoint::v4(bytes, 0);
    if (Endpoint::V6 bytes; family == AF_INET6 && read_value(value, bytes)) return Endpoint::v6(bytes, 0);
    return {};
}

// An optimistic address is in use while it is tentative (RFC 4429).
AddressState state_of(std::uint32_t flags) noexcept {
    if ((flags & IFA_F_DADFAILED) != 0) return AddressState::duplicate;
    if ((flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0) return AddressState::tentative;
    return (flags & IFA_F_DEPRECATED) != 0 ? AddressState::deprecated : AddressState::usable;
}

void set_flags(Interface& link, unsigned flags) noexcept {
    link.up = (flags & IFF_UP) != 0;
    link.running = link.up && (flags & IFF_RUNNING) != 0;
    link.loopback = (flags & IFF_LOOPBACK) != 0;
    link.point_to_point = (flags & IFF_POINTOPOINT) != 0;
    link.broadcast = (flags & IFF_BROADCAST) != 0;
    link.multicast = (flags & IFF_MULTICAST) != 0;
}

void Lists::take_link(Bytes message) {
    ifinfomsg info{};
    if (!read_value(message, info) || info.ifi_index <= 0) return;
    Interface link;
    link.index = static_cast<std::uint32_t>(info.ifi_index);
    set_flags(link, info.ifi_flags);
    for_each_attribute(message.subspan(NLMSG_ALIGN(sizeof info)), [&](std::uint16_t type, Bytes value) {
        const auto* text = reinterpret_cast<const char*>(value.data());
        switch (type) {
            case IFLA_IFNAME:
                link.name.assign(text, strnlen(text, value.size()));
                break;
            case IFLA_MTU:
                (void)read_value(value, link.mtu);  // else it stays 0, which no interface has
                break;
            case IFLA_ADDRESS:
                link.hardware_address.resize(value.size());
                std::memcpy(link.hardware_address.data(), value.data(), value.size());
                break;
            default:
                break;
        }
    });
    link.system_name = link.name;
    if (places_.try_emplace(link.index, all_.size()).second) all_.push_back(std::move(link));
}

// rtnetlink(7) says IFA_ADDRESS of the address. But where IFA_LOCAL is there, that one is the interface's own, and
// IFA_ADDRESS belongs to the other end (linux/if_addr.h).
void Lists::take_address(Bytes message) {
    ifaddrmsg info{};
    if (!read_value(message, info)) return;
    if (info.ifa_family != AF_INET && info.ifa_family != AF_INET6) return;
    InterfaceAddress found;
    found.prefix_length = info.ifa_prefixlen;
    std::uint32_t flags = info.ifa_flags;
    Endpoint local;
    Endpoint other;
    for_each_attribute(message.subspan(NLMSG_ALIGN(sizeof info)), [&](std::uint16_t type, Bytes value) {
        if (type == IFA_LOCAL) local = endpoint_of(info.ifa_family, value);
        if (type == IFA_ADDRESS) other = endpoint_of(info.ifa_family, value);
        if (type == IFA_BROADCAST) found.broadcast = endpoint_of(info.ifa_family, value);
        if (type == IFA_FLAGS) (void)read_value(value, flags);  // all 32 of them; the header has room for eight
    });
    const bool has_local = local.family() != Family::unspecified;
    found.address = has_local ? local : other;
    if (has_local && other != local) found.peer = other;
    found.state = state_of(flags);
    if (found.address.family() == Family::unspecified) return;
    const auto place = places_.find(info.ifa_index);
    if (place == places_.end()) {
        has_strangers_ = true;
        return;
    }
    all_[place->second].addresses.push_back(std::move(found));
}

// The body of a request. Zeros in it ask for all families and all interfaces.
template <class T>
Bytes bytes_of(const T& body) noexcept {
    return std::as_bytes(std::span(&body, 1));
}

// Nothing where the lists have changed meanwhile.
Result<std::optional<std::vector<Interface>>> attempt() {
    auto netlink = Netlink::open();
    if (!netlink) return std::unexpected(netlink.error());
    Lists lists;
    const ifinfomsg links{};
    auto step = netlink->dump(RTM_GETLINK, bytes_of(links), RTM_NEWLINK, [&](Bytes each) { lists.take_link(each); });
    if (!step) return std::unexpected(step.error());
    if (*step != DumpStep::complete) return std::nullopt;
    const ifaddrmsg addresses{};
    step = netlink->dump(RTM_GETADDR, bytes_of(addresses), RTM_NEWADDR, [&](Bytes each) { lists.take_address(each); });
    if (!step) return std::unexpected(step.error());
    // An interface that was made between the two lists is in the second one only.
    if (*step != DumpStep::complete || !lists.agree()) return std::nullopt;
    return std::move(lists).take();
}

}  // namespace

Result<std::vector<Interface>> interfaces() {
    for (int tries = 0; tries < most_attempts; ++tries) {
        auto found = attempt();
        if (!found) return std::unexpected(found.error());
        if (*found) return std::move(**found);
    }
    return fail(translate(EAGAIN));
}

}  // namespace pier::sys
