// Names, by getaddrinfo and getnameinfo (RFC 3493). They block.
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/look_up.hpp>

#include <locale.h>
#include <netdb.h>
#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

namespace pier::sys {
namespace {

Error translate(int code) noexcept {
    switch (code) {
        case EAI_NONAME:
        case EAI_ADDRFAMILY:
        case EAI_NODATA:
        case EAI_FAIL:
#ifdef EAI_IDN_ENCODE
        case EAI_IDN_ENCODE:  // which also tells that there is no library to convert it
#endif
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

int flags_of(const LookUp& question) noexcept {
    int flags = 0;
    if (question.numeric) flags |= AI_NUMERICHOST;
    if (question.configured) flags |= AI_ADDRCONFIG;
    if (question.passive) flags |= AI_PASSIVE;
    if (question.canonical) flags |= AI_CANONNAME;
    return flags;
}

#ifdef AI_IDN

// In UTF-8 for the C library, which otherwise takes a name for text of the program's locale ("getaddrinfo", AI_IDN).
// For this thread, and for as long as it lives.
class NameInUtf8 {
public:
    NameInUtf8() noexcept : utf8_(newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{})) {
        if (utf8_ != locale_t{}) before_ = uselocale(utf8_);
    }
    NameInUtf8(const NameInUtf8&) = delete;
    NameInUtf8& operator=(const NameInUtf8&) = delete;
    ~NameInUtf8() {
        if (utf8_ == locale_t{}) return;
        uselocale(before_);
        freelocale(utf8_);
    }

private:
    locale_t utf8_;
    locale_t before_{};
};

bool is_ascii(const std::string& text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

#endif

int ask(const LookUp& question, addrinfo wanted, addrinfo** list) {
    const char* host = question.host.empty() ? nullptr : question.host.c_str();
    const char* service = question.service.empty() ? nullptr : question.service.c_str();
#ifdef AI_IDN
    if (!is_ascii(question.host)) {
        const NameInUtf8 utf8;
        wanted.ai_flags |= AI_IDN;
        return getaddrinfo(host, service, &wanted, list);
    }
#endif
    return getaddrinfo(host, service, &wanted, list);
}

}  // namespace

Result<HostAddresses> look_up(const LookUp& question) {
    addrinfo wanted{};
    wanted.ai_flags = flags_of(question);
    wanted.ai_family = posix::native_family(question.family);
    wanted.ai_socktype = question.type == SocketType::datagram ? SOCK_DGRAM : SOCK_STREAM;
    addrinfo* list = nullptr;
    const int code = ask(question, wanted, &list);
    if (code != 0) return fail(translate(code));
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(list, freeaddrinfo);
    HostAddresses found;
    if (list->ai_canonname != nullptr) found.canonical_name = list->ai_canonname;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        if (entry->ai_family == AF_INET || entry->ai_family == AF_INET6) {
            posix::Address address{};
            std::memcpy(&address, entry->ai_addr, std::min<std::size_t>(sizeof address, entry->ai_addrlen));
            found.endpoints.push_back(posix::from_native(address, entry->ai_addrlen));
        }
    }
    return found;
}

Result<HostName> look_up_name(const Endpoint& endpoint, const NameLookUp& question) {
    posix::Address address{};
    if (endpoint.is_unix()) return fail(Errc::invalid_argument);  // glibc would name this machine
    socklen_t length = posix::to_native(endpoint, address);
    if (length == 0) return fail(Errc::invalid_argument);
    int flags = 0;
    if (question.numeric_host) flags |= NI_NUMERICHOST;
    if (question.numeric_service) flags |= NI_NUMERICSERV;
    if (question.required) flags |= NI_NAMEREQD;
    if (question.type == SocketType::datagram) flags |= NI_DGRAM;
    char host[NI_MAXHOST];
    char service[NI_MAXSERV];
    const int code = getnameinfo(&address.any, length, host, sizeof host, service, sizeof service, flags);
    if (code != 0) return fail(translate(code));
    return HostName{host, service};
}

}  // namespace pier::sys
