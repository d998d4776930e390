#include "socket/address.hpp"

#include <pier/sys/interface.hpp>

#include <net/if.h>
#include <cerrno>
#include <cstring>
#include <string>

namespace pier::posix {

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
    return 0;
}

Endpoint from_native(const Address& address) noexcept {
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
