// Memberships of multicast groups (RFC 3678): which datagrams to a group's address a socket receives.
#pragma once

#include <pier/datagram.hpp>
#include <pier/endpoint.hpp>
#include <pier/result.hpp>

#include <cstdint>
#include <optional>

namespace pier {

// A membership. The ports of the two addresses do not matter: it is the socket's own port that receives. The socket has
// to be bound to the unspecified address, or to the group's (Linux only), or none of the group's datagrams comes.
struct GroupMembership {
    Endpoint group;                       // 224.0.0.0/4 or ff00::/8, of the socket's family
    std::uint32_t interface_index = 0;    // where they come in; 0: the group's zone, else the system chooses
    std::optional<Endpoint> source = {};  // the only sender, whose address is no group's; none: any
};

// On the thread of the socket's loop. A socket may be in several groups, and in one group on several interfaces or for
// several sources; all memberships end with the socket. Errors: not_connected when nothing is held, invalid_argument
// for addresses that are not as above, and what the system says: no_such_interface, address_in_use for a membership
// that the socket has already and address_not_available for one that it has not (Windows, and Linux for a source, may
// say invalid_argument or the other one of the two), no_buffer_space for too many of them.
[[nodiscard]] Result<void> join(const Datagram& socket, const GroupMembership& membership);
[[nodiscard]] Result<void> leave(const Datagram& socket, const GroupMembership& membership);

}  // namespace pier
