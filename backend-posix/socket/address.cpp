#include "socket/address.hpp"

#include <pier/sys/interface.hpp>

#include <net/if.h>
#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>

namespace pier::posix {
namespace {

constexpr socklen_t path_begins = offsetof(sockaddr_un, sun_path);

// unix(7): a path ends with a zero byte, which the length includes, unless it fills sun_path; an abstract name is as
// long as the length says; nothing at all is the unnamed address.
socklen_t to_unix(const Endpoint& endpoint, sockaddr_un& address) noexcept {
    address = {};
    address.sun_family = AF_UNIX;
    const std::string_view name = endpoint.unix_name();
    const std::size_t size = name.copy(address.sun_path, sizeof address.sun_path);  // memcpy takes no null
    const bool ends = endpoint.has_path() && size < sizeof address.sun_path;
    return path_begins + static_cast<socklen_t>(size) + (ends ? 1 : 0);
}

// Of a path of 108 bytes the system gives a length of one more.
Endpoint from_unix(const sockaddr_un& address, socklen_t length) noexcept {
    if (length <= path_begins) return Endpoint::from_unix_name({});
    std::size_t size = std::min<std::size_t>(length - path_begins, sizeof address.sun_path);
    if (address.sun_path[0] != '\0') size = strnlen(address.sun_path, size);
    return Endpoint::from_unix_name({address.sun_path, size});
}

}  // namespace

int native_family(Family family) noexcept {
    switch (family) {
        case Family::ipv4:
            return AF_INET;
        case Family::ipv6:
            return AF_INET6;
        case Family::unix_domain:
            return AF_UNIX;
        case Family::unspecified:
            break;
    }
    return AF_UNSPEC;
}

socklen_t to_native(const Endpoint& endpoint, Address& address) noexcept {
    if (endpoint.family() == Family::ipv4) {
        address.v4 = {};
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = htons(endpoint.port());
        Endpoint::V4 bytes = endpoint.v4_bytes();
        std::memcpy(&address.v4.sin_addr, bytes.data(), bytes.size());
        return sizeof address.v4;
    }
    if (endpoint.family() == Family::ipv6) {
        address.v6 = {};
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = htons(endpoint.port());
        address.v6.sin6_scope_id = endpoint.scope();
        std::memcpy(&address.v6.sin6_addr, endpoint.v6_bytes().data(), endpoint.v6_bytes().size());
        return sizeof address.v6;
    }
    return endpoint.is_unix() ? to_unix(endpoint, address.local) : 0;
}

Endpoint from_native(const Address& address, socklen_t length) noexcept {
    if (length < sizeof address.any.sa_family) return {};
    if (address.any.sa_family == AF_INET) {
        Endpoint::V4 bytes;
        std::memcpy(bytes.data(), &address.v4.sin_addr, bytes.size());
        return Endpoint::v4(bytes, ntohs(address.v4.sin_port));
    }
    if (address.any.sa_family == AF_INET6) {
        Endpoint::V6 bytes;
        std::memcpy(bytes.data(), &address.v6.sin6_addr, bytes.size());
        return Endpoint::v6(bytes, ntohs(address.v6.sin6_port), address.v6.sin6_scope_id);
    }
    if (address.any.sa_family == AF_UNIX) return from_unix(address.local, length);
    return {};
}

}  // namespace pier::posix

namespace pier::sys {

std::uint32_t interface_index(std::string_view name) {
    if (name.contains('\0')) return 0;  // the system would read only what stands before it
    return if_nametoindex(std::string(name).c_str());
}

bool interface_exists(std::uint32_t index) noexcept {
    char name[IF_NAMESIZE];
    return if_indextoname(index, name) != nullptr || errno != ENXIO;
}

}  // namespace pier::sys
