#include "extensions.hpp"

#include "error.hpp"
#include "sockets.hpp"

#include <pier/spi/sys.hpp>

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

// All of it belongs to the provider, which is the same one for both families.
Result<Extensions> load() {
    if (auto ready = sys::start_up(); !ready) return fail(ready.error());
    auto socket = open_socket(Family::ipv4, spi::SocketKind::stream);
    if (!socket) socket = open_socket(Family::ipv6, spi::SocketKind::stream);
    if (!socket) return fail(socket.error());
    Extensions loaded;
    bool all = ask(*socket, WSAID_ACCEPTEX, loaded.accept) && ask(*socket, WSAID_CONNECTEX, loaded.connect) &&
               ask(*socket, WSAID_GETACCEPTEXSOCKADDRS, loaded.addresses);
    Error error = last_socket_error();
    auto provider = protocol_of(*socket);
    loaded.file_handles = provider && (provider->dwServiceFlags1 & XP1_IFS_HANDLES) != 0;
    ::closesocket(*socket);
    if (!all) return fail(Errc::not_supported, error.native);
    return loaded;
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

std::string probe_overlapped() {
    auto loaded = extensions();
    if (loaded) return {};
    return "the system's TCP has no AcceptEx and ConnectEx: " + describe(loaded.error());
}

}  // namespace pier::win32
