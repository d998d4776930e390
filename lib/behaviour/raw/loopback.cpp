#include "loopback.hpp"

#include <array>
#include <stdexcept>

namespace pier::native {
namespace {

Socket must_have(Socket socket) {
    if (!socket.valid()) fail("socket");
    return socket;
}

void linger_for(Number socket, std::uint16_t seconds) {
    linger span{};
    span.l_onoff = 1;
    span.l_linger = seconds;
    if (set_bytes(socket, SOL_SOCKET, SO_LINGER, &span, sizeof span) != 0) fail("SO_LINGER");
}

}  // namespace

void fail(const char* step) { throw std::runtime_error(std::string(step) + ": " + std::string(last())); }

std::string_view done(int result) noexcept { return result == 0 ? "works" : last(); }
std::string_view received(Count count) noexcept {
    if (count < 0) return last();
    return count == 0 ? "end" : "data";
}
std::string_view sent(Count count) noexcept { return count < 0 ? last() : "works"; }
std::string_view lost(std::string_view word) noexcept {
    return word == "broken-pipe" || word == "reset" || word == "aborted" ? "lost" : word;
}

void set_option(Number socket, int level, int name, int value) {
    if (set_bytes(socket, level, name, &value, sizeof value) != 0) fail("setsockopt");
}

int get_option(Number socket, int level, int name) {
    int value = 0;  // Windows writes one byte of some
    Length size = sizeof value;
    if (getsockopt(socket, level, name, reinterpret_cast<char*>(&value), &size) != 0) fail("getsockopt");
    return value;
}

std::string_view socket_error(Number socket) {
    const int number = get_option(socket, SOL_SOCKET, SO_ERROR);
    return number == 0 ? "nothing" : word(static_cast<Code>(number));
}

void abort(Socket& socket) {
    linger_for(socket, 0);
    socket.close();
}

void set_linger(Number socket, std::uint16_t seconds) { linger_for(socket, seconds); }

sockaddr_in loopback(std::uint16_t port) noexcept {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::uint16_t port_of(Number socket) {
    sockaddr_storage name{};
    Length size = sizeof name;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&name), &size) != 0) fail("getsockname");
    return ntohs(reinterpret_cast<const sockaddr_in&>(name).sin_port);  // IPv6 has it in the same place
}

int bind_to(Number socket, const sockaddr_in& address) noexcept {
    return ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}
int connect_to(Number socket, const sockaddr_in& address) noexcept {
    return ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}
void bind_loopback(Number socket) {
    if (bind_to(socket, loopback()) != 0) fail("bind");
}

Socket tcp(int family) { return must_have(open_if_any(family, SOCK_STREAM)); }
Socket udp(int family) { return must_have(open_if_any(family, SOCK_DGRAM)); }

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

Socket accept_from(Number listener) {
    must_be_readable(listener);
    Socket socket = accept_if_any(listener);
    if (!socket.valid()) fail("accept");
    return socket;
}

Socket connected_to(std::uint16_t port) {
    Socket socket = tcp();
    if (connect_to(socket, loopback(port)) != 0) {
        if (!is_connecting()) fail("connect");
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

void must_be_readable(Number socket) {
    if (wait_for(socket, POLLIN, limit_ms) == 0) fail("becoming readable in time");
}

void must_be_gone(Number socket) {
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
    if ((events & input_event) != 0) add("ready");
    if ((events & output_event) != 0) add("writable");
    if ((events & POLLPRI) != 0) add("urgent");
    if ((events & POLLERR) != 0) add("error");
    if ((events & POLLHUP) != 0) add("hang-up");
    if ((events & POLLNVAL) != 0) add("invalid");
    return text.empty() ? "quiet" : text;
}

Count receive(Number socket, std::size_t size, int flags) noexcept {
    std::array<char, 256> into;
    return receive_into(socket, into.data(), size < into.size() ? size : into.size(), flags);
}

void must_send(Number socket, std::string_view text) {
    if (send(socket, text) != static_cast<Count>(text.size())) fail("send");
}

void fill(Number socket) {
    const std::string data(1 << 20, 0);
    // Windows takes a great deal; each of these would be taken whole.
    for (int sends = 0; sends < 64; ++sends) {
        if (send(socket, data) <= 0) break;
    }
}

}  // namespace pier::native
