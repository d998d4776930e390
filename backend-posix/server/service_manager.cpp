// The protocols of systemd: sockets from descriptor 3 on, and datagrams with what there is to tell.
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/service_manager.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

namespace pier::sys {
namespace {

constexpr int first_handed = 3;  // SD_LISTEN_FDS_START

std::string_view environment(const char* name) noexcept {
    const char* value = std::getenv(name);
    return value != nullptr ? value : std::string_view();
}

std::optional<long> number(std::string_view text) noexcept {
    long value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

int option(int socket, int name) noexcept {
    int value = -1;
    socklen_t size = sizeof value;
    return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

bool listens(int socket) noexcept {
    const int domain = option(socket, SO_DOMAIN);
    return (domain == AF_INET || domain == AF_INET6) && option(socket, SO_TYPE) == SOCK_STREAM &&
           option(socket, SO_ACCEPTCONN) == 1;
}

Result<void> prepare(int socket) noexcept {
    const int flags = ::fcntl(socket, F_GETFL);
    if (flags < 0 || ::fcntl(socket, F_SETFL, flags | O_NONBLOCK) != 0) return posix::fail_last();
    if (::fcntl(socket, F_SETFD, FD_CLOEXEC) != 0) return posix::fail_last();
    return {};
}

sockaddr_un manager{};
socklen_t manager_size = 0;  // 0: there is none

void tell(std::string_view state) noexcept {
    if (manager_size == 0) return;
    const int saved = errno;
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket >= 0) {
        (void)::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&manager),
                       manager_size);
        ::close(socket);
    }
    errno = saved;
}

}  // namespace

Result<std::vector<HandedSocket>> take_handed_sockets() {
    std::vector<HandedSocket> sockets;
    // They are for another process where the numbers differ: one that started us and did not clear the variables.
    if (number(environment("LISTEN_PID")) != ::getpid()) return sockets;
    const long count = number(environment("LISTEN_FDS")).value_or(0);
    const long most = ::sysconf(_SC_OPEN_MAX);
    if (count < 0 || count > most) return fail(Errc::invalid_argument);
    for (int i = 0; i < count; ++i) {
        if (!listens(first_handed + i)) return fail(Errc::invalid_argument);
    }
    std::string_view names = environment("LISTEN_FDNAMES");
    for (int i = 0; i < count; ++i) {
        const int socket = first_handed + i;
        if (auto prepared = prepare(socket); !prepared) return fail(prepared.error());
        const std::size_t end = std::min(names.find(':'), names.size());
        sockets.push_back({spi::Accepted(posix::native_of(socket)), std::string(names.substr(0, end))});
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    return sockets;
}

// A path, or a name of the abstract kind, which begins with a null byte and is written with an "@".
void find_service_manager() noexcept {
    const std::string_view name = environment("NOTIFY_SOCKET");
    manager_size = 0;
    if (name.size() < 2 || name.size() >= sizeof manager.sun_path || (name[0] != '/' && name[0] != '@')) return;
    manager = {};
    manager.sun_family = AF_UNIX;
    std::memcpy(manager.sun_path, name.data(), name.size());
    if (name[0] == '@') manager.sun_path[0] = '\0';
    manager_size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + (name[0] == '/' ? 1 : 0));
}

void tell_ready() noexcept { tell("READY=1"); }
void tell_stopping() noexcept { tell("STOPPING=1"); }

}  // namespace pier::sys
