// Names, by GetAddrInfoW and GetNameInfoW. They block.
#include "process/error.hpp"
#include "process/text.hpp"
#include "socket/address.hpp"

#include <pier/sys/resolver.hpp>

#include <memory>

namespace pier::sys {
namespace {

using namespace win32;

// "GetAddrInfoW": the codes are Winsock's. Wine 8 lets some of glibc's through, which are negative.
Error resolver_error(int code) noexcept {
    if (code < 0 || code == WSANO_RECOVERY) return {Errc::host_not_found, code};
    return translate(static_cast<DWORD>(code));
}

}  // namespace

Result<std::vector<Endpoint>> look_up(const std::string& host, const std::string& service, Family family) {
    ADDRINFOW wanted{};
    wanted.ai_family = native_family(family);
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_protocol = IPPROTO_TCP;
    ADDRINFOW* list = nullptr;
    std::wstring wide_host = to_wide(host);
    std::wstring wide_service = to_wide(service);
    int code = ::GetAddrInfoW(wide_host.c_str(), service.empty() ? nullptr : wide_service.c_str(), &wanted, &list);
    if (code != 0) return fail(resolver_error(code));
    std::unique_ptr<ADDRINFOW, void (*)(ADDRINFOW*)> owned(list, [](ADDRINFOW* all) { ::FreeAddrInfoW(all); });
    std::vector<Endpoint> found;
    for (const ADDRINFOW* entry = list; entry != nullptr; entry = entry->ai_next) {
        Endpoint endpoint = from_native(entry->ai_addr, static_cast<int>(entry->ai_addrlen));
        if (endpoint.family() != Family::unspecified) found.push_back(endpoint);
    }
    return found;
}

Result<void> look_up_name(const Endpoint& endpoint, std::string& host, std::string& service) {
    Address address = to_native(endpoint);
    if (address.length == 0) return fail(Errc::invalid_argument);
    wchar_t host_text[NI_MAXHOST];
    wchar_t service_text[NI_MAXSERV];
    int code =
        ::GetNameInfoW(&address.raw.any, address.length, host_text, NI_MAXHOST, service_text, NI_MAXSERV, NI_NAMEREQD);
    if (code != 0) return fail(resolver_error(code));
    host = to_utf8(host_text);
    service = to_utf8(service_text);
    return {};
}

}  // namespace pier::sys
