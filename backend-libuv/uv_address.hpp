// Endpoints as the sockaddr that libuv takes, and back; sockets as the numbers that it takes, and back.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/spi/socket.hpp>

#include <uv.h>

#include <cstdint>

namespace pier::uv {

class Address {
public:
    Address() noexcept : storage_{} {}
    // Without a family it is empty: get() is null, which libuv reads as "the connected peer".
    explicit Address(const Endpoint& endpoint) noexcept;

    [[nodiscard]] const sockaddr* get() const noexcept;

private:
    union {
        sockaddr_storage storage_;
        sockaddr_in v4_;
        sockaddr_in6 v6_;
    };
};

// Null, or a family that Pier does not know, is an unspecified endpoint.
[[nodiscard]] Endpoint endpoint_of(const sockaddr* address) noexcept;
// Unspecified when the peer is gone already.
[[nodiscard]] Endpoint peer_of(const uv_tcp_t& stream) noexcept;

// uv_os_fd_t is an int or a HANDLE, uv_os_sock_t an int or a SOCKET.
[[nodiscard]] inline spi::NativeSocket native(int fd) noexcept {
    return spi::NativeSocket{static_cast<std::uintptr_t>(fd)};
}
[[nodiscard]] inline spi::NativeSocket native(void* handle) noexcept {
    return spi::NativeSocket{reinterpret_cast<std::uintptr_t>(handle)};
}
[[nodiscard]] inline uv_os_sock_t os_socket(spi::NativeSocket socket) noexcept {
    return static_cast<uv_os_sock_t>(static_cast<std::uintptr_t>(socket));
}

}  // namespace pier::uv
