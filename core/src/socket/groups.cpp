#include <pier/socket/groups.hpp>

#include <pier/loop.hpp>
#include <pier/sys/options.hpp>

namespace pier {
namespace {

bool is_multicast(const Endpoint& address) noexcept {
    if (address.family() == Family::ipv4) return (address.v4_bytes()[0] & 0xF0) == 0xE0;
    return address.family() == Family::ipv6 && address.v6_bytes()[0] == 0xFF;
}

Result<void> change(const Datagram& socket, const GroupMembership& membership, sys::Membership what) {
    if (!socket.valid()) return fail(Errc::not_connected);
    socket.loop()->require_here();
    const auto family = sys::family_of(socket.native_handle());
    if (!family) return fail(family.error());
    if (!is_multicast(membership.group) || membership.group.family() != *family) return fail(Errc::invalid_argument);
    if (membership.source && (membership.source->family() != *family || is_multicast(*membership.source))) {
        return fail(Errc::invalid_argument);
    }
    const std::uint32_t zone = membership.group.scope();
    const std::uint32_t index = membership.interface_index != 0 ? membership.interface_index : zone;
    const Endpoint* source = membership.source ? &*membership.source : nullptr;
    return sys::change_membership(socket.native_handle(), what, membership.group, source, index);
}

}  // namespace

Result<void> join(const Datagram& socket, const GroupMembership& membership) {
    return change(socket, membership, sys::Membership::join);
}

Result<void> leave(const Datagram& socket, const GroupMembership& membership) {
    return change(socket, membership, sys::Membership::leave);
}

}  // namespace pier
