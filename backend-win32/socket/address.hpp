// Endpoints and the system's addresses.
#pragma once

#include "socket/winsock.hpp"

#include <pier/endpoint.hpp>

namespace pier::win32 {

// sockaddr_un of afunix.h, which is absent from mingw-w64 before its version 11 and from older SDKs.
struct UnixAddress {
    unsigned short family;  // AF_UNIX
    char path[Endpoint::longest_unix_name + 1];
};
static_assert(sizeof(UnixAddress) == 110);

// Large enough for all families.
union RawAddress {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
    UnixAddress local;
};

struct Address {
    RawAddress raw;
    int length;  // 0 when the endpoint has no family
};

[[nodiscard]] Address to_native(const Endpoint& endpoint) noexcept;
// Unspecified for a family that Pier does not know and for a short address.
[[nodiscard]] Endpoint from_native(const sockaddr* address, int length) noexcept;

// AF_INET, AF_INET6, AF_UNIX, or AF_UNSPEC.
[[nodiscard]] int native_family(Family family) noexcept;

// Where a connect really goes: Windows refuses the unspecified address, Linux takes it as the loopback one.
// Errors: invalid_argument for port 0 and without a family or a name; address_family_not_supported for an abstract
// name.
[[nodiscard]] Result<Endpoint> connect_target(const Endpoint& endpoint) noexcept;

}  // namespace pier::win32
