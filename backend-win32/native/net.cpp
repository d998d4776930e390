#include "net.hpp"

#include "../error.hpp"

#include <array>
#include <limits>
#include <stdexcept>
#include <vector>

namespace pier::native {

void fail(const char* step) { throw std::runtime_error(std::string(step) + ": " + std::string(last())); }

void Socket::close() noexcept {
    if (valid()) ::closesocket(std::exchange(socket_, INVALID_SOCKET));
}

std::string_view word(DWORD number) noexcept { return spi::outcome_word(win32::translate(number).condition); }
std::string_view last() noexcept { return word(static_cast<DWORD>(::WSAGetLastError())); }
std::string_view done(int result) noexcept { return result == 0 ? "works" : last(); }
std::string_view received(int count) noexcept {
    if (count < 0) return last();
    return count == 0 ? "end" : "data";
}
std::string_view sent(int count) noexcept { return count < 0 ? last() : "works"; }
std::string_view lost(std::string_view word) noexcept {
    return word == "broken-pipe" || word == "reset" || word == "aborted" ? "lost" : word;
}

namespace {

Socket open(int family, int type) {
    Socket socket(::WSASocketW(family, type, 0, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT));
    if (!socket.valid()) fail("WSASocketW");
    set_blocking(socket, false);
    return socket;
}

}  // namespace

Socket tcp(int family) { return open(family, SOCK_STREAM); }
Socket udp(int family) { return open(family, SOCK_DGRAM); }

void set_blocking(SOCKET socket, bool blocking) {
    u_long non_blocking = blocking ? 0 : 1;
    if (::ioctlsocket(socket, FIONBIO, &non_blocking) != 0) fail("FIONBIO");
}

void set_receive_timeout(SOCKET socket, int milliseconds) { set_option(socket, SOL_SOCKET, SO_RCVTIMEO, milliseconds); }

void set_option(SOCKET socket, int level, int name, int value) {
    if (!win32::set_integer(socket, level, name, value)) fail("setsockopt");
}

int get_option(SOCKET socket, int level, int name) {
    int value = 0;  // some options write one byte of it
    int size = sizeof value;
    if (::getsockopt(socket, level, name, reinterpret_cast<char*>(&value), &size) != 0) fail("getsockopt");
    return value;
}

std::string_view socket_error(SOCKET socket) {
    const int number = get_option(socket, SOL_SOCKET, SO_ERROR);
    return number == 0 ? "nothing" : word(static_cast<DWORD>(number));
}

void abort(Socket& socket) {
    const linger at_once{1, 0};
    if (::setsockopt(socket, SOL_SOCKET, SO_LINGER, reinterpret_cast<const char*>(&at_once), sizeof at_once) != 0) {
        fail("SO_LINGER");
    }
    socket.close();
}

sockaddr_in loopback(std::uint16_t port) noexcept {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = ::htons(port);
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t port_of(SOCKET socket) {
    sockaddr_storage name{};
    int size = sizeof name;
    if (::getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) fail("getsockname");
    return ::ntohs(reinterpret_cast<const sockaddr_in&>(name).sin_port);  // IPv6 has it in the same place
}

int bind_to(SOCKET socket, const sockaddr_in& address) noexcept {
    return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}
int connect_to(SOCKET socket, const sockaddr_in& address) noexcept {
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}
void bind_loopback(SOCKET socket) {
    if (bind_to(socket, loopback()) != 0) fail("bind");
}

Socket listener(int backlog) {
    Socket socket = tcp();
    bind_loopback(socket);
    if (::listen(socket, backlog) != 0) fail("listen");
    return socket;
}

Socket dead_port() {
    Socket socket = tcp();
    bind_loopback(socket);
    return socket;
}

Socket accept_from(SOCKET listener) {
    must_be_readable(listener);
    Socket socket(::accept(listener, nullptr, nullptr));
    if (!socket.valid()) fail("accept");
    set_blocking(socket, false);
    return socket;
}

bool settled(SOCKET socket, int milliseconds) {
    fd_set writable, failed;
    for (fd_set* set : {&writable, &failed}) {
        FD_ZERO(set);
        FD_SET(socket, set);
    }
    timeval span{milliseconds / 1000, (milliseconds % 1000) * 1000};
    return ::select(0, nullptr, &writable, &failed, &span) > 0;
}

Socket connected_to(std::uint16_t port) {
    Socket socket = tcp();
    if (connect_to(socket, loopback(port)) != 0) {
        if (::WSAGetLastError() != WSAEWOULDBLOCK) fail("connect");
        if (!settled(socket, limit_ms)) fail("connecting in time");
        if (get_option(socket, SOL_SOCKET, SO_ERROR) != 0) fail("connecting");
    }
    return socket;
}

Pair pair() {
    const Socket listening = listener();
    Socket here = connected_to(port_of(listening));
    return {std::move(here), accept_from(listening)};
}

int wait_for(SOCKET socket, int events, int milliseconds) noexcept {
    WSAPOLLFD entry{socket, static_cast<SHORT>(events), 0};
    return ::WSAPoll(&entry, 1, milliseconds) > 0 ? entry.revents : 0;
}

void must_be_readable(SOCKET socket) {
    if (wait_for(socket, POLLIN, limit_ms) == 0) fail("becoming readable in time");
}

void must_be_gone(SOCKET socket) {
    const Stopwatch watch;
    while ((wait_for(socket, POLLIN, limit_ms) & (POLLERR | POLLHUP)) == 0) {
        if (watch.milliseconds() > limit_ms) fail("being reset in time");
    }
}

std::string events_text(int events) {
    std::string text;
    auto add = [&text](std::string_view each) {
        if (!text.empty()) text += '+';
        text += each;
    };
    if ((events & POLLRDNORM) != 0) add("ready");
    if ((events & POLLWRNORM) != 0) add("writable");
    if ((events & POLLPRI) != 0) add("urgent");
    if ((events & POLLERR) != 0) add("error");
    if ((events & POLLHUP) != 0) add("hang-up");
    if ((events & POLLNVAL) != 0) add("invalid");
    return text.empty() ? "quiet" : text;
}

int receive(SOCKET socket, std::size_t size, int flags) noexcept {
    std::array<char, 256> into;
    return ::recv(socket, into.data(), static_cast<int>(size < into.size() ? size : into.size()), flags);
}

int send(SOCKET socket, std::string_view text, int flags) noexcept {
    return ::send(socket, text.data(), static_cast<int>(text.size()), flags);
}

void must_send(SOCKET socket, std::string_view text) {
    if (send(socket, text) != static_cast<int>(text.size())) fail("send");
}

void fill(SOCKET socket) {
    const std::vector<char> data(1 << 20);
    // Windows takes a great deal; each of these would be taken whole.
    for (int sends = 0; sends < 64; ++sends) {
        if (::send(socket, data.data(), static_cast<int>(data.size()), 0) <= 0) break;
    }
}

}  // namespace pier::native
