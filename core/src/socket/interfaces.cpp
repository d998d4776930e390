#include <pier/socket/interfaces.hpp>

#include <pier/sys/interfaces.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace pier {
namespace {

// fe80::/10, RFC 4291, section 2.5.6.
bool is_link_local(const Endpoint& address) noexcept {
    const Endpoint::V6& bytes = address.v6_bytes();
    return address.family() == Family::ipv6 && bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

// netlink leaves the scope out, and Windows fills it in for addresses that are no link's, too.
Endpoint with_scope(const Endpoint& address, std::uint32_t index) noexcept {
    if (address.family() != Family::ipv6) return address;
    return Endpoint::v6(address.v6_bytes(), 0, is_link_local(address) ? index : 0);
}

void make_alike(Interface& interface) {
    if (std::ranges::all_of(interface.hardware_address, [](std::uint8_t byte) { return byte == 0; })) {
        interface.hardware_address.clear();
    }
    for (InterfaceAddress& each : interface.addresses) {
        each.address = with_scope(each.address, interface.index);
        each.peer = with_scope(each.peer, interface.index);
        const unsigned bits = each.address.family() == Family::ipv6 ? 128 : 32;
        each.prefix_length = static_cast<std::uint8_t>(std::min<unsigned>(each.prefix_length, bits));
    }
    // Not std::stable_sort, whose libstdc++ 12 calls what the standard has deprecated.
    std::vector<InterfaceAddress> sorted;
    sorted.reserve(interface.addresses.size());
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        for (const InterfaceAddress& each : interface.addresses) {
            if (each.address.family() == family) sorted.push_back(each);
        }
    }
    interface.addresses = std::move(sorted);
}

}  // namespace

Result<std::vector<Interface>> interfaces() {
    auto all = sys::interfaces();
    if (!all) return all;
    for (Interface& each : *all) make_alike(each);
    std::ranges::sort(*all, {}, &Interface::index);
    return all;
}

}  // namespace pier
