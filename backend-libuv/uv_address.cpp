#include "uv_address.hpp"

#include <pier/sys/socket.hpp>

#include <cstring>

namespace pier::uv {

Address::Address(const Endpoint& endpoint) noexcept : storage_{} {
    if (endpoint.family() == Family::ipv4) {
        v4_.sin_family = AF_INET;
        v4_.sin_port = htons(endpoint.port());
        auto bytes = endpoint.v4_bytes();
        std::memcpy(&v4_.sin_addr, bytes.data(), bytes.size());
    } else if (endpoint.family() == Family::ipv6) {
        v6_.sin6_family = AF_INET6;
        v6_.sin6_port = htons(endpoint.port());
        v6_.sin6_scope_id = endpoint.scope();
        std::memcpy(&v6_.sin6_addr, endpoint.v6_bytes().data(), endpoint.v6_bytes().size());
    }
}

const sockaddr* Address::get() const noexcept {
    return storage_.ss_family == 0 ? nullptr : reinterpret_cast<const sockaddr*>(&storage_);
}

Endpoint endpoint_of(const sockaddr* address) noexcept {
    if (address == nullptr) return {};
    if (address->sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, address, sizeof(v4));
        Endpoint::V4 bytes;
        std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
        return Endpoint::v4(bytes, ntohs(v4.sin_port));
    }
    if (address->sa_family == AF_INET6) {
        sockaddr_in6 v6;
        std::memcpy(&v6, address, sizeof(v6));
        Endpoint::V6 bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return Endpoint::v6(bytes, ntohs(v6.sin6_port), v6.sin6_scope_id);
    }
    return {};
}

Endpoint peer_of(const uv_tcp_t& stream) noexcept {
    uv_os_fd_t socket{};
    if (uv_fileno(reinterpret_cast<const uv_handle_t*>(&stream), &socket) != 0) return {};
    return sys::peer_endpoint(native(socket)).value_or(Endpoint());
}

}  // namespace pier::uv
