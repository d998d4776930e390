// The files of Unix-domain sockets, and who is at the other end.
#include "socket/unix_socket.hpp"

#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/unix_socket.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>

namespace pier::posix {
namespace {

std::optional<struct stat> look_at(const std::string& path) noexcept {
    struct stat found {};
    if (lstat(path.c_str(), &found) != 0) return std::nullopt;
    return found;
}

bool is_same(const struct stat& a, const struct stat& b) noexcept {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Whether a connect is refused: nobody has the socket, or it does not listen yet. A stream socket learns it of a
// datagram socket as well (Linux, measured: the kind is compared only where there is a socket).
bool refuses(const std::string& path) noexcept {
    const Endpoint at = Endpoint::from_unix_name(path);
    Address address;
    const socklen_t length = to_native(at, address);
    if (!at.is_complete() || path.size() > sizeof address.local.sun_path) return false;
    const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (probe < 0) return false;
    const bool refused = connect(probe, &address.any, length) != 0 && errno == ECONNREFUSED;
    ::close(probe);
    return refused;
}

// The folder of a path, to have a short name for what is in it: a socket's has 108 bytes (unix(7)). O_PATH, since it
// need not be readable.
class Folder {
public:
    explicit Folder(const std::string& path)
        : descriptor_(
              ::open(path.substr(0, path.rfind('/') + 1).append(".").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        if (valid()) ::close(descriptor_);
    }

    [[nodiscard]] bool valid() const noexcept { return descriptor_ >= 0; }
    // Of which no other thread or process will think. Without /proc it leads nowhere, so nothing is moved there.
    [[nodiscard]] std::string new_name() const {
        static std::atomic<unsigned> count{0};
        std::string name("/proc/self/fd/");
        name.append(std::to_string(descriptor_)).append("/.pier-").append(std::to_string(getpid()));
        return name.append(1, '-').append(std::to_string(count.fetch_add(1)));
    }

private:
    int descriptor_;
};

// Takes a socket away that refuses connections. A program that has no lock of the folder (SocketFolderLock) may begin
// at the same moment, and between bind and listen a new socket refuses like a dead one. So what was refused is first
// moved aside, which only one of them can do, and asked again. If it listens by then, it goes back. If not, its owner
// looks after its listen() whether the file is still in its place, and finds that it is not (SocketFile::in_place).
bool clear_away(const std::string& path) {
    const auto stale = look_at(path);
    if (!stale || !S_ISSOCK(stale->st_mode) || !refuses(path)) return false;
    const Folder folder(path);
    if (!folder.valid()) return false;
    const std::string aside = folder.new_name();
    if (rename(path.c_str(), aside.c_str()) != 0) return false;
    const auto moved = look_at(aside);
    const bool dead = moved && is_same(*moved, *stale) && refuses(aside);
    // By link(), which replaces nothing. Who has bound the path meanwhile keeps it.
    if (!dead) (void)link(aside.c_str(), path.c_str());
    (void)unlink(aside.c_str());
    return dead;
}

}  // namespace

Result<void> bind_unix(int socket, const Endpoint& endpoint) {
    Address address;
    const socklen_t length = to_native(endpoint, address);
    if (::bind(socket, &address.any, length) == 0) return {};
    const Error error = last_error();
    if (error != Errc::address_in_use || !endpoint.has_path()) return fail(error);
    if (!clear_away(std::string(endpoint.unix_name()))) return fail(error);
    if (::bind(socket, &address.any, length) != 0) return fail_last();
    return {};
}

}  // namespace pier::posix

namespace pier::sys {

using posix::Address;
using posix::descriptor_of;
using posix::fail_last;

Result<spi::FileId> socket_file(const Endpoint& endpoint) {
    struct stat found {};
    if (lstat(std::string(endpoint.unix_name()).c_str(), &found) != 0) return fail_last();
    return spi::FileId{.device = found.st_dev, .number = found.st_ino};
}

void remove_socket_file(const Endpoint& endpoint, const spi::FileId& file) noexcept {
    char path[sizeof(sockaddr_un::sun_path) + 1] = {};
    endpoint.unix_name().copy(path, sizeof path - 1);
    struct stat found {};
    if (lstat(path, &found) != 0) return;
    if (found.st_dev == file.device && found.st_ino == file.number) (void)unlink(path);
}

Result<PeerCredentials> peer_credentials(spi::NativeSocket socket) {
    const int descriptor = descriptor_of(socket);
    int domain = 0;
    socklen_t length = sizeof domain;
    if (getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length) != 0) return fail_last();
    // A TCP socket answers as well, with numbers that nobody has.
    if (domain != AF_UNIX) return fail(Errc::not_supported);
    ucred peer{};
    length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) return fail_last();
    // pid_namespaces(7): 0 is a process that this namespace does not see; -1 as user: no peer.
    if (peer.uid == static_cast<uid_t>(-1)) return fail(Errc::not_connected);
    return PeerCredentials{.process = static_cast<std::uint64_t>(peer.pid), .user = peer.uid, .group = peer.gid};
}

std::uint64_t process_id() noexcept { return static_cast<std::uint64_t>(getpid()); }

}  // namespace pier::sys
