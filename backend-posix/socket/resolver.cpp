// Names, by getaddrinfo and getnameinfo (RFC 3493). They block.
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/resolver.hpp>

#include <netdb.h>
#include <algorithm>
#include <cstring>
#include <memory>

namespace pier::sys {
namespace {

Error translate(int code) noexcept {
    switch (code) {
        case EAI_NONAME:
        case EAI_ADDRFAMILY:
        case EAI_NODATA:
        case EAI_FAIL:
            return {Errc::host_not_found, code};
        case EAI_SERVICE:
        case EAI_SOCKTYPE:
            return {Errc::service_not_found, code};
        case EAI_AGAIN:
            return {Errc::temporary_resolver_failure, code};
        case EAI_MEMORY:
            return {Errc::not_enough_memory, code};
        case EAI_FAMILY:
            return {Errc::address_family_not_supported, code};
        case EAI_SYSTEM:
            return posix::last_error();
        default:
            return {Errc::unexpected, code};
    }
}

}  // namespace

Result<std::vector<Endpoint>> look_up(const std::string& host, const std::string& service, Family family) {
    addrinfo wanted{};
    wanted.ai_family = posix::native_family(family);
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    int code = getaddrinfo(host.c_str(), service.empty() ? nullptr : service.c_str(), &wanted, &list);
    if (code != 0) return fail(translate(code));
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(list, freeaddrinfo);
    std::vector<Endpoint> found;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6) {
            posix::Address address{};
            std::memcpy(&address, entry->ai_addr, std::min<std::size_t>(sizeof address, entry->ai_addrlen));
            found.push_back(posix::from_native(address, entry->ai_addrlen));
        }
    }
    return found;
}

Result<void> look_up_name(const Endpoint& endpoint, std::string& host, std::string& service) {
    posix::Address address{};
    if (endpoint.is_unix()) return fail(Errc::invalid_argument);  // glibc would name this machine
    socklen_t length = posix::to_native(endpoint, address);
    if (length == 0) return fail(Errc::invalid_argument);
    char host_text[NI_MAXHOST];
    char service_text[NI_MAXSERV];
    int code =
        getnameinfo(&address.any, length, host_text, sizeof host_text, service_text, sizeof service_text, NI_NAMEREQD);
    if (code != 0) return fail(translate(code));
    host = host_text;
    service = service_text;
    return {};
}

}  // namespace pier::sys
