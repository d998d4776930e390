#include "net.hpp"

#include "fail.hpp"
#include "process/error.hpp"

#include <pier/tool/native_probe.hpp>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>
#include <cerrno>

namespace pier::native {

void Socket::close() noexcept {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

std::string_view last() noexcept { return word(errno); }
std::string_view word(Code code) noexcept { return spi::outcome_word(posix::translate(code).condition); }
std::string_view resolved(int result) noexcept {
    switch (result) {
        case 0:
            return "works";
        case EAI_NONAME:
        case EAI_SERVICE:
            return "not-found";
        case EAI_BADFLAGS:
        case EAI_FAMILY:
        case EAI_SOCKTYPE:
            return "invalid";
        default:
            return "other-error";
    }
}

Socket open_if_any(int family, int type) noexcept {
    return Socket(::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}
Socket accept_if_any(Number listener) noexcept {
    return Socket(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

void set_blocking(Number socket, bool blocking) {
    const int flags = fcntl(socket, F_GETFL);
    if (flags < 0 || fcntl(socket, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) != 0) fail("fcntl");
}

int set_bytes(Number socket, int level, int name, const void* value, std::size_t size) noexcept {
    return ::setsockopt(socket, level, name, value, static_cast<socklen_t>(size));
}

void set_receive_timeout(Number socket, int milliseconds) {
    const timeval span{milliseconds / 1000, (milliseconds % 1000) * 1000};
    if (set_bytes(socket, SOL_SOCKET, SO_RCVTIMEO, &span, sizeof span) != 0) fail("SO_RCVTIMEO");
}

std::string_view share_port(Number socket) noexcept {
    const int on = 1;
    return set_bytes(socket, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0 ? "works" : last();
}

bool is_connecting() noexcept { return errno == EINPROGRESS; }
bool settled(Number socket, int milliseconds) noexcept { return wait_for(socket, POLLOUT, milliseconds) != 0; }

int wait_for(Number socket, int events, int milliseconds) noexcept {
    pollfd entry{socket, static_cast<short>(events), 0};
    return ::poll(&entry, 1, milliseconds) > 0 ? entry.revents : 0;
}

Count receive_into(Number socket, char* data, std::size_t size, int flags) noexcept {
    return ::recv(socket, data, size, flags);
}
Count send(Number socket, std::string_view text, int flags) noexcept {
    return ::send(socket, text.data(), text.size(), flags | MSG_NOSIGNAL);
}
Count send_to(Number socket, std::string_view text, const sockaddr_in& to) noexcept {
    return ::sendto(socket, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

int above(Number socket) noexcept { return socket + 1; }

std::size_t unread(Number socket) {
    int count = 0;
    if (::ioctl(socket, FIONREAD, &count) != 0) fail("FIONREAD");
    return static_cast<std::size_t>(count);
}

bool at_mark(Number socket) {
    int at_mark = 0;
    if (::ioctl(socket, SIOCATMARK, &at_mark) != 0) fail("SIOCATMARK");
    return at_mark != 0;
}

}  // namespace pier::native
