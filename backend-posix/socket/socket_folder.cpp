#include <pier/sys/socket_folder.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <cerrno>
#include <ctime>
#include <string>

namespace pier::sys {
namespace {

// Everybody who can read a folder can lock it (flock(2)), and keep it locked, so nobody waits for ever. Others of Pier
// keep it for some tens of microseconds.
constexpr int most_tries = 1000;
constexpr timespec pause_between{0, 1'000'000};

int number(const SystemHandle& handle) noexcept { return static_cast<int>(handle.get()); }

}  // namespace

SocketFolderLock::SocketFolderLock(const Endpoint& endpoint) {
    if (!endpoint.has_path()) return;
    const std::string path(endpoint.unix_name());
    const std::size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) return;
    SystemHandle handle(NativeHandle{static_cast<std::uintptr_t>(opened)});
    for (int tries = 0; tries < most_tries; ++tries) {
        if (::flock(opened, LOCK_EX | LOCK_NB) == 0) {
            folder_ = std::move(handle);
            return;
        }
        if (errno != EWOULDBLOCK && errno != EINTR) return;  // a file system without such locks
        (void)::nanosleep(&pause_between, nullptr);
    }
}

// Not by the close alone: a child that another thread has forked meanwhile has a copy of the descriptor, and would keep
// the lock.
SocketFolderLock::~SocketFolderLock() {
    if (folder_.valid()) (void)::flock(number(folder_), LOCK_UN);
}

}  // namespace pier::sys
