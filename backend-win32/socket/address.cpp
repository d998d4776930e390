#include "socket/address.hpp"

#include <pier/sys/interface.hpp>

#include <iphlpapi.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

namespace pier::win32 {
namespace {

// A path in UTF-8 that ends with a zero ("AF_UNIX comes to Windows"). Nobody reads an unnamed address.
Address to_unix(const Endpoint& endpoint) noexcept {
    Address address{};
    address.raw.local.family = AF_UNIX;
    const std::string_view name = endpoint.unix_name();
    name.copy(address.raw.local.path, sizeof address.raw.local.path - 1);
    address.length = sizeof address.raw.local;
    return address;
}

// The system knows no abstract names, so what begins with a zero is no name.
Endpoint from_unix(const sockaddr* address, int length) noexcept {
    UnixAddress copy{};
    std::memcpy(&copy, address, std::min(static_cast<std::size_t>(length), sizeof copy));
    return Endpoint::from_unix_name({copy.path, strnlen(copy.path, sizeof copy.path)});
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

Address to_native(const Endpoint& endpoint) noexcept {
    Address address{};
    if (endpoint.family() == Family::ipv4) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(endpoint.port());
        auto bytes = endpoint.v4_bytes();
        std::memcpy(&v4.sin_addr, bytes.data(), bytes.size());
        address.raw.v4 = v4;
        address.length = sizeof v4;
    } else if (endpoint.family() == Family::ipv6) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(endpoint.port());
        v6.sin6_scope_id = endpoint.scope();
        std::memcpy(&v6.sin6_addr, endpoint.v6_bytes().data(), endpoint.v6_bytes().size());
        address.raw.v6 = v6;
        address.length = sizeof v6;
    } else if (endpoint.is_unix()) {
        return to_unix(endpoint);
    }
    return address;
}

Endpoint from_native(const sockaddr* address, int length) noexcept {
    if (address == nullptr || length < static_cast<int>(sizeof address->sa_family)) return {};
    if (address->sa_family == AF_UNIX) return from_unix(address, length);
    if (length < static_cast<int>(sizeof(sockaddr_in))) return {};
    if (address->sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, address, sizeof v4);
        Endpoint::V4 bytes;
        std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
        return Endpoint::v4(bytes, ntohs(v4.sin_port));
    }
    if (address->sa_family == AF_INET6 && length >= static_cast<int>(sizeof(sockaddr_in6))) {
        sockaddr_in6 v6;
        std::memcpy(&v6, address, sizeof v6);
        Endpoint::V6 bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return Endpoint::v6(bytes, ntohs(v6.sin6_port), v6.sin6_scope_id);
    }
    return {};
}

Result<Endpoint> connect_target(const Endpoint& endpoint) noexcept {
    if (!endpoint.is_complete()) return fail(Errc::invalid_argument);
    if (endpoint.is_unix() && !endpoint.has_path()) return fail(Errc::address_family_not_supported);
    return endpoint.reached();
}

}  // namespace pier::win32

namespace pier::sys {

// People know an interface by its alias ("Ethernet 2"); if_nametoindex wants the name of its LUID ("ethernet_32769").
std::uint32_t interface_index(std::string_view name) {
    if (name.contains('\0')) return 0;  // the system would read only what stands before it
    std::string text(name);
    wchar_t alias[IF_MAX_STRING_SIZE + 1];
    int size = ::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text.c_str(), -1, alias, IF_MAX_STRING_SIZE + 1);
    NET_LUID luid{};
    NET_IFINDEX index = 0;
    if (size > 0 && ::ConvertInterfaceAliasToLuid(alias, &luid) == NO_ERROR &&
        ::ConvertInterfaceLuidToIndex(&luid, &index) == NO_ERROR) {
        return index;
    }
    return ::if_nametoindex(text.c_str());
}

// "ConvertInterfaceIndexToLuid": ERROR_FILE_NOT_FOUND or ERROR_INVALID_PARAMETER where there is none.
bool interface_exists(std::uint32_t index) noexcept {
    NET_LUID luid{};
    const DWORD failure = ::ConvertInterfaceIndexToLuid(index, &luid);
    return failure != ERROR_FILE_NOT_FOUND && failure != ERROR_INVALID_PARAMETER;
}

}  // namespace pier::sys
