#include "net.hpp"

#include "../error.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/time.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <vector>

namespace pier::native {

void fail(const char* step) { throw std::runtime_error(std::string(step) + ": " + std::string(word(errno))); }

void Socket::close() noexcept {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

std::string_view word(int number) noexcept { return spi::outcome_word(posix::translate(number).condition); }
std::string_view done(int result) noexcept { return result == 0 ? "works" : word(errno); }
std::string_view received(ssize_t count) noexcept {
    if (count < 0) return word(errno);
    return count == 0 ? "end" : "data";
}
std::string_view sent(ssize_t count) noexcept { return count < 0 ? word(errno) : "works"; }
std::string_view lost(std::string_view word) noexcept {
    return word == "broken-pipe" || word == "reset" || word == "aborted" ? "lost" : word;
}

namespace {

Socket open(int family, int type) {
    Socket socket(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket < 0) fail("socket");
    return socket;
}

}  // namespace

Socket tcp(int family) { return open(family, SOCK_STREAM); }
Socket udp(int family) { return open(family, SOCK_DGRAM); }

void set_blocking(int socket, bool blocking) {
    const int flags = fcntl(socket, F_GETFL);
    if (flags < 0 || fcntl(socket, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) != 0) fail("fcntl");
}

void set_receive_timeout(int socket, int milliseconds) {
    const timeval span{milliseconds / 1000, (milliseconds % 1000) * 1000};
    if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &span, sizeof span) != 0) fail("SO_RCVTIMEO");
}

void set_option(int socket, int level, int name, int value) {
    if (setsockopt(socket, level, name, &value, sizeof value) != 0) fail("setsockopt");
}

int get_option(int socket, int level, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    if (getsockopt(socket, level, name, &value, &size) != 0) fail("getsockopt");
    return value;
}

std::string_view socket_error(int socket) {
    const int number = get_option(socket, SOL_SOCKET, SO_ERROR);
    return number == 0 ? "nothing" : word(number);
}

void abort(Socket& socket) {
    const linger at_once{1, 0};
    if (setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) != 0) fail("SO_LINGER");
    socket.close();
}

sockaddr_in loopback(std::uint16_t port) noexcept {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t port_of(int socket) {
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) fail("getsockname");
    return ntohs(reinterpret_cast<const sockaddr_in&>(name).sin_port);  // IPv6 has it in the same place
}

int bind_to(int socket, const sockaddr_in& address) noexcept {
    return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}
int connect_to(int socket, const sockaddr_in& address) noexcept {
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}
void bind_loopback(int socket) {
    if (bind_to(socket, loopback()) != 0) fail("bind");
}

Socket listener(int backlog) {
    Socket socket = tcp();
    bind_loopback(socket);
    if (listen(socket, backlog) != 0) fail("listen");
    return socket;
}

Socket dead_port() {
    Socket socket = tcp();
    bind_loopback(socket);
    return socket;
}

Socket accept_from(int listener) {
    must_be_readable(listener);
    Socket socket(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket < 0) fail("accept");
    return socket;
}

Socket connected_to(std::uint16_t port) {
    Socket socket = tcp();
    if (connect_to(socket, loopback(port)) != 0) {
        if (errno != EINPROGRESS) fail("connect");
        if (wait_for(socket, POLLOUT, limit_ms) == 0) fail("connecting in time");
        if (get_option(socket, SOL_SOCKET, SO_ERROR) != 0) fail("connecting");
    }
    return socket;
}

Pair pair() {
    const Socket listening = listener();
    Socket here = connected_to(port_of(listening));
    return {std::move(here), accept_from(listening)};
}

int wait_for(int socket, int events, int milliseconds) noexcept {
    pollfd entry{socket, static_cast<short>(events), 0};
    return ::poll(&entry, 1, milliseconds) > 0 ? entry.revents : 0;
}

void must_be_readable(int socket) {
    if (wait_for(socket, POLLIN, limit_ms) == 0) fail("becoming readable in time");
}

void must_be_gone(int socket) {
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
    if ((events & POLLIN) != 0) add("ready");
    if ((events & POLLOUT) != 0) add("writable");
    if ((events & POLLPRI) != 0) add("urgent");
    if ((events & POLLERR) != 0) add("error");
    if ((events & POLLHUP) != 0) add("hang-up");
    if ((events & POLLNVAL) != 0) add("invalid");
    return text.empty() ? "quiet" : text;
}

ssize_t receive(int socket, std::size_t size, int flags) noexcept {
    std::array<std::byte, 256> into;
    return ::recv(socket, into.data(), size < into.size() ? size : into.size(), flags);
}

ssize_t send(int socket, std::string_view text, int flags) noexcept {
    return ::send(socket, text.data(), text.size(), flags | MSG_NOSIGNAL);
}

void must_send(int socket, std::string_view text) {
    if (send(socket, text) != static_cast<ssize_t>(text.size())) fail("send");
}

void fill(int socket) {
    const std::vector<char> data(1 << 20);
    while (::send(socket, data.data(), data.size(), MSG_NOSIGNAL) > 0) {
    }
    if (errno != EAGAIN) fail("filling");
}

}  // namespace pier::native
