// Endpoints as the system's socket addresses.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/spi/socket.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace pier::posix {

// The POSIX face of a NativeSocket.
[[nodiscard]] inline int descriptor_of(spi::NativeSocket socket) noexcept { return static_cast<int>(socket); }
[[nodiscard]] inline spi::NativeSocket native_of(int descriptor) noexcept {
    return static_cast<spi::NativeSocket>(static_cast<unsigned>(descriptor));
}

// AF_UNSPEC for an unspecified one.
[[nodiscard]] int native_family(Family family) noexcept;

union Address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un local;
};

// The length of what was written; 0 for an unspecified family.
[[nodiscard]] socklen_t to_native(const Endpoint& endpoint, Address& address) noexcept;
// `length` is the system's. None (a datagram of an unnamed socket), or another family, gives an unspecified endpoint.
[[nodiscard]] Endpoint from_native(const Address& address, socklen_t length) noexcept;

}  // namespace pier::posix
