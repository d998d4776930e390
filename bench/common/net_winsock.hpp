#pragma once
#include <winsock2.h>
// winsock2.h must come first
#include <ws2tcpip.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

namespace bench {

using Socket = SOCKET;

inline int last_error() { return ::WSAGetLastError(); }
inline bool would_block(int error) { return error == WSAEWOULDBLOCK; }

[[noreturn]] inline void fail(const char* what, int error = last_error()) {
    std::fprintf(stderr, "%s: error %d\n", what, error);
    std::exit(1);
}

struct Winsock {
    Winsock() {
        WSADATA data;
        if (const int error = ::WSAStartup(MAKEWORD(2, 2), &data)) fail("WSAStartup", error);
    }
    Winsock(const Winsock&) = delete;
    Winsock& operator=(const Winsock&) = delete;
    ~Winsock() { ::WSACleanup(); }
};

inline std::ptrdiff_t receive(Socket socket, std::span<char> into) {
    return ::recv(socket, into.data(), static_cast<int>(into.size()), 0);
}

inline std::ptrdiff_t send(Socket socket, std::span<const char> bytes) {
    return ::send(socket, bytes.data(), static_cast<int>(bytes.size()), 0);
}

inline void close_socket(Socket socket) { ::closesocket(socket); }

inline void set_no_delay(Socket socket) {
    const BOOL one = TRUE;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&one), sizeof one);
}

inline bool set_non_blocking(Socket socket) {
    u_long one = 1;
    return ::ioctlsocket(socket, static_cast<long>(FIONBIO), &one) == 0;
}

inline Socket overlapped_socket() {
    return ::WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0,
                        WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

// A listener on the loopback address.
inline Socket listen_on(std::uint16_t port) {
    const Socket listener = overlapped_socket();
    if (listener == INVALID_SOCKET) fail("WSASocket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
    if (::listen(listener, 4096) != 0) fail("listen");
    return listener;
}

}  // namespace bench
