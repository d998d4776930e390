#include "net.hpp"

#include "process/error.hpp"

#include <pier/tool/native_probe.hpp>

namespace pier::native {

void Socket::close() noexcept {
    if (valid()) ::closesocket(std::exchange(socket_, INVALID_SOCKET));
}

std::string_view last() noexcept { return word(static_cast<DWORD>(::WSAGetLastError())); }
std::string_view word(Code code) noexcept { return spi::outcome_word(win32::translate(code).condition); }
std::string_view resolved(int result) noexcept {
    switch (result) {
        case 0:
            return "works";
        case WSAHOST_NOT_FOUND:
        case WSANO_DATA:
        case WSATYPE_NOT_FOUND:
            return "not-found";
        case WSAEINVAL:
        case WSAEAFNOSUPPORT:
        case WSAESOCKTNOSUPPORT:
            return "invalid";
        default:
            return "other-error";
    }
}

namespace {

Socket non_blocking(SOCKET number) noexcept {
    Socket socket(number);
    u_long on = 1;
    if (socket.valid() && ::ioctlsocket(socket, static_cast<long>(FIONBIO), &on) != 0) return {};
    return socket;
}

}  // namespace

Socket open_if_any(int family, int type) noexcept {
    return non_blocking(::WSASocketW(family, type, 0, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT));
}
Socket accept_if_any(Number listener) noexcept { return non_blocking(::accept(listener, nullptr, nullptr)); }

void set_blocking(Number socket, bool blocking) {
    u_long non_blocking = blocking ? 0 : 1;
    if (::ioctlsocket(socket, static_cast<long>(FIONBIO), &non_blocking) != 0) fail("FIONBIO");
}

int set_bytes(Number socket, int level, int name, const void* value, std::size_t size) noexcept {
    return ::setsockopt(socket, level, name, static_cast<const char*>(value), static_cast<int>(size));
}

void set_receive_timeout(Number socket, int milliseconds) {
    if (set_bytes(socket, SOL_SOCKET, SO_RCVTIMEO, &milliseconds, sizeof milliseconds) != 0) fail("SO_RCVTIMEO");
}

std::string_view share_port(Number) noexcept { return "no-option"; }

bool is_connecting() noexcept { return ::WSAGetLastError() == WSAEWOULDBLOCK; }

// A failure is in select's except set, and WSAPoll has kept it to itself on older systems.
bool settled(Number socket, int milliseconds) noexcept {
    fd_set writable, failed;
    for (fd_set* set : {&writable, &failed}) {
        FD_ZERO(set);
        FD_SET(socket, set);
    }
    timeval span{milliseconds / 1000, (milliseconds % 1000) * 1000};
    return ::select(0, nullptr, &writable, &failed, &span) > 0;
}

int wait_for(Number socket, int events, int milliseconds) noexcept {
    WSAPOLLFD entry{socket, static_cast<SHORT>(events), 0};
    return ::WSAPoll(&entry, 1, milliseconds) > 0 ? entry.revents : 0;
}

Count receive_into(Number socket, char* data, std::size_t size, int flags) noexcept {
    return ::recv(socket, data, static_cast<int>(size), flags);
}
Count send(Number socket, std::string_view text, int flags) noexcept {
    return ::send(socket, text.data(), static_cast<int>(text.size()), flags);
}
Count send_to(Number socket, std::string_view text, const sockaddr_in& to) noexcept {
    return ::sendto(socket, text.data(), static_cast<int>(text.size()), 0, reinterpret_cast<const sockaddr*>(&to),
                    sizeof to);
}

int above(Number) noexcept { return 0; }  // Winsock ignores it

std::size_t unread(Number socket) {
    u_long count = 0;
    if (::ioctlsocket(socket, FIONREAD, &count) != 0) fail("FIONREAD");
    return count;
}

bool at_mark(Number socket) {
    u_long at_mark = 0;
    if (::ioctlsocket(socket, SIOCATMARK, &at_mark) != 0) fail("SIOCATMARK");
    return at_mark != 0;
}

}  // namespace pier::native
