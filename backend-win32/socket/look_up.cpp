// Names, by GetAddrInfoW and GetNameInfoW. They block.
#include "process/error.hpp"
#include "process/text.hpp"
#include "socket/address.hpp"

#include <pier/sys/look_up.hpp>

#include <memory>
#include <string>

namespace pier::sys {
namespace {

using namespace win32;

// "GetAddrInfoW": the codes are Winsock's. Wine 8 lets some of glibc's through, which are negative.
Error resolver_error(int code) noexcept {
    if (code < 0 || code == WSANO_RECOVERY) return {Errc::host_not_found, code};
    return translate(static_cast<DWORD>(code));
}

int flags_of(const LookUp& question) noexcept {
    int flags = 0;
    if (question.numeric) flags |= AI_NUMERICHOST;
    if (question.configured) flags |= AI_ADDRCONFIG;
    if (question.passive) flags |= AI_PASSIVE;
    if (question.canonical) flags |= AI_CANONNAME;
    return flags;
}

}  // namespace

// What is not ASCII is converted by the system, unless AI_DISABLE_IDN_ENCODING says otherwise ("GetAddrInfoW").
Result<HostAddresses> look_up(const LookUp& question) {
    const bool datagrams = question.type == SocketType::datagram;
    ADDRINFOW wanted{};
    wanted.ai_flags = flags_of(question);
    wanted.ai_family = native_family(question.family);
    wanted.ai_socktype = datagrams ? SOCK_DGRAM : SOCK_STREAM;
    wanted.ai_protocol = datagrams ? IPPROTO_UDP : IPPROTO_TCP;
    ADDRINFOW* list = nullptr;
    const std::wstring host = to_wide(question.host);
    const std::wstring service = to_wide(question.service);
    int code = ::GetAddrInfoW(host.empty() ? nullptr : host.c_str(), service.empty() ? nullptr : service.c_str(),
                              &wanted, &list);
    if (code != 0) return fail(resolver_error(code));
    std::unique_ptr<ADDRINFOW, void (*)(ADDRINFOW*)> owned(list, [](ADDRINFOW* all) { ::FreeAddrInfoW(all); });
    HostAddresses found;
    if (list->ai_canonname != nullptr) found.canonical_name = to_utf8(list->ai_canonname);
    for (const ADDRINFOW* entry = list; entry != nullptr; entry = entry->ai_next) {
        Endpoint endpoint = from_native(entry->ai_addr, static_cast<int>(entry->ai_addrlen));
        if (endpoint.family() != Family::unspecified) found.endpoints.push_back(endpoint);
    }
    return found;
}

Result<HostName> look_up_name(const Endpoint& endpoint, const NameLookUp& question) {
    Address address = to_native(endpoint);
    if (address.length == 0) return fail(Errc::invalid_argument);
    int flags = 0;
    if (question.numeric_host) flags |= NI_NUMERICHOST;
    if (question.numeric_service) flags |= NI_NUMERICSERV;
    if (question.required) flags |= NI_NAMEREQD;
    if (question.type == SocketType::datagram) flags |= NI_DGRAM;
    wchar_t host[NI_MAXHOST];
    wchar_t service[NI_MAXSERV];
    int code = ::GetNameInfoW(&address.raw.any, address.length, host, NI_MAXHOST, service, NI_MAXSERV, flags);
    if (code != 0) return fail(resolver_error(code));
    return HostName{to_utf8(host), to_utf8(service)};
}

}  // namespace pier::sys
