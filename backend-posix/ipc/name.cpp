#include "ipc/name.hpp"

#include "process/error.hpp"

#include <pier/sys/ipc/name.hpp>

#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <string_view>

namespace pier::posix {
namespace {

std::string_view word(IpcKind kind) noexcept {
    switch (kind) {
        case IpcKind::shared_memory:
            return "shm.";
        case IpcKind::semaphore:
            return "sem.";
        case IpcKind::mutex:
            return "mutex.";
        case IpcKind::queue:
            return "queue.";
        case IpcKind::pipe:
            break;
    }
    return "";
}

// "pier." + a user's number of ten digits + ".queue.", and the "sem." that the C library puts before a semaphore's.
static_assert(IpcName::longest + 5 + 10 + 7 + 4 <= NAME_MAX);

}  // namespace

std::string ipc_prefix() {
    std::string prefix("pier.");
    prefix.append(std::to_string(::geteuid())).append(".");
    return prefix;
}

std::string ipc_prefix(IpcKind kind) { return ipc_prefix().append(word(kind)); }

// A relative XDG_RUNTIME_DIR is to be ignored, says the XDG Base Directory Specification.
std::string fifo_folder_path() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    if (runtime != nullptr && runtime[0] == '/') return std::string(runtime).append("/pier");
    std::string path("/tmp/pier-");
    path.append(std::to_string(::geteuid()));
    return path;
}

Result<std::string> fifo_folder() {
    std::string path = fifo_folder_path();
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return fail_last();
    // In /tmp anybody may have made something of that name. lstat, since a link could lead to a folder of the user's
    // that others may write to.
    struct stat found {};
    if (::lstat(path.c_str(), &found) != 0) return fail_last();
    const bool private_folder = S_ISDIR(found.st_mode) && (found.st_mode & (S_IRWXG | S_IRWXO)) == 0;
    if (!private_folder || found.st_uid != ::geteuid()) return fail(Errc::permission_denied);
    return path;
}

}  // namespace pier::posix

namespace pier::sys {

Result<std::string> system_name(IpcKind kind, const IpcName& name) {
    if (kind != IpcKind::pipe) return std::string("/").append(posix::ipc_prefix(kind)).append(name.text());
    auto folder = posix::fifo_folder();
    if (!folder) return folder;
    return folder->append("/").append(name.text());
}

}  // namespace pier::sys
