// ip(7), ipv6(7).
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/socket/own_groups.hpp>
#include <pier/sys/options.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

// The kernel's number, of linux/in6.h; glibc has a name for it since 2.28.
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

namespace pier::sys {

Result<void> receive_own_groups_alone(spi::NativeSocket socket) noexcept {
    const auto family = family_of(socket);
    if (!family) return fail(family.error());
    const bool is_v6 = *family == Family::ipv6;
    const int all = 0;
    const int set = setsockopt(posix::descriptor_of(socket), is_v6 ? IPPROTO_IPV6 : IPPROTO_IP,
                               is_v6 ? IPV6_MULTICAST_ALL : IP_MULTICAST_ALL, &all, sizeof all);
    if (set != 0) return posix::fail_last();
    return {};
}

}  // namespace pier::sys
