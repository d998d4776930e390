// What AcceptEx leaves undone, by raw calls.
#include "loopback.hpp"
#include "probes.hpp"

#include <array>

namespace pier::native {
namespace {

// AcceptEx completes; names and shutdown before the update, and after it.
NativeVerdict without_update() {
    const Socket listening = listener();
    const Socket accepted = tcp();
    LPFN_ACCEPTEX accept_ex = nullptr;
    GUID id = WSAID_ACCEPTEX;
    DWORD bytes = 0;
    if (::WSAIoctl(listening, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof id, &accept_ex, sizeof accept_ex, &bytes,
                   nullptr, nullptr) != 0) {
        fail("AcceptEx");
    }
    const Event event;
    OVERLAPPED operation{};
    operation.hEvent = event.get();
    std::array<char, 2 * (sizeof(sockaddr_storage) + 16)> names{};
    constexpr DWORD room = sizeof(sockaddr_storage) + 16;
    if (!accept_ex(listening, accepted, names.data(), 0, room, room, &bytes, &operation) &&
        ::WSAGetLastError() != ERROR_IO_PENDING) {
        fail("AcceptEx");
    }
    const Socket client = tcp();
    if (connect_to(client, loopback(port_of(listening))) != 0) (void)settled(client, limit_ms);
    if (!event.wait(limit_ms)) {
        ::CancelIoEx(win32::handle(listening), &operation);
        (void)::GetOverlappedResult(win32::handle(listening), &operation, &bytes, TRUE);
        fail("accepting in time");
    }
    sockaddr_in name{};
    auto* address = reinterpret_cast<sockaddr*>(&name);
    int size = sizeof name;
    Seen seen;
    seen << done(::getpeername(accepted, address, &size)) << done(::shutdown(accepted, SD_SEND));
    const SOCKET context = listening;
    seen << done(::setsockopt(accepted, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, reinterpret_cast<const char*>(&context),
                              sizeof context));
    size = sizeof name;
    seen << done(::getpeername(accepted, address, &size)) << done(::shutdown(accepted, SD_SEND));
    return seen;
}

}  // namespace

void add_accept_context_probes(Probes& all) { all.push_back({"extension-context-update", without_update}); }

}  // namespace pier::native
