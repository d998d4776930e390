#include "socket/extensions.hpp"

#include "process/error.hpp"
#include "socket/sockets.hpp"

#include <pier/sys/socket.hpp>

#include <mutex>
#include <optional>

namespace pier::win32 {
namespace {

template <class Function>
bool ask(SOCKET socket, GUID id, Function& function) noexcept {
    DWORD size = 0;
    return ::WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &function, sizeof function, &size,
                      nullptr, nullptr) == 0;
}

Result<ProviderFunctions> load(Family family) {
    auto socket = open_socket(family, spi::SocketKind::stream);
    if (!socket) return fail(socket.error());
    ProviderFunctions loaded;
    bool all = ask(*socket, WSAID_ACCEPTEX, loaded.accept) && ask(*socket, WSAID_CONNECTEX, loaded.connect) &&
               ask(*socket, WSAID_GETACCEPTEXSOCKADDRS, loaded.addresses);
    Error error = last_socket_error();
    auto provider = protocol_of(*socket);
    if (!ask(*socket, WSAID_TRANSMITFILE, loaded.transmit)) loaded.transmit = nullptr;
    loaded.file_handles = provider && (provider->dwServiceFlags1 & XP1_IFS_HANDLES) != 0;
    ::closesocket(*socket);
    if (!all) return fail(Errc::not_supported, error.native);
    return loaded;
}

// A provider without the functions is an obstacle; a family without a provider is none.
bool is_absent(const Result<ProviderFunctions>& loaded) noexcept {
    return !loaded && loaded.error() == Errc::address_family_not_supported;
}

Result<Extensions> load() {
    if (auto ready = sys::start_up(); !ready) return fail(ready.error());
    auto ipv4 = load(Family::ipv4);
    auto ipv6 = load(Family::ipv6);
    if (!ipv4 && (!is_absent(ipv4) || !ipv6)) return fail(ipv4.error());
    if (!ipv6 && !is_absent(ipv6)) return fail(ipv6.error());
    return Extensions{.ipv4 = ipv4 ? *ipv4 : *ipv6, .ipv6 = ipv6 ? *ipv6 : *ipv4};
}

}  // namespace

Result<Extensions> extensions() {
    static std::mutex mutex;
    static std::optional<Extensions> known;  // a failure may pass: it is not kept
    std::lock_guard lock(mutex);
    if (!known) {
        auto loaded = load();
        if (!loaded) return loaded;
        known = *loaded;
    }
    return *known;
}

namespace {

bool wants_to_transmit() noexcept {
    wchar_t value[4];
    const DWORD length = ::GetEnvironmentVariableW(L"PIER_TRANSMIT_FILE", value, 4);
    if (length == 1 && (value[0] == L'0' || value[0] == L'1')) return value[0] == L'1';
    OSVERSIONINFOEXW asked{};
    asked.dwOSVersionInfoSize = sizeof asked;
    asked.wProductType = VER_NT_WORKSTATION;
    const ULONGLONG same = ::VerSetConditionMask(0, VER_PRODUCT_TYPE, VER_EQUAL);
    return !::VerifyVersionInfoW(&asked, VER_PRODUCT_TYPE, same);
}

}  // namespace

bool transmits_files() noexcept {
    static const bool wanted = wants_to_transmit();
    return wanted;
}

std::string probe_overlapped() {
    auto loaded = extensions();
    if (loaded) return {};
    return "the system's TCP has no AcceptEx and ConnectEx: " + describe(loaded.error());
}

}  // namespace pier::win32
