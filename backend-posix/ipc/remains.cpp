#include "ipc/memory.hpp"
#include "ipc/name.hpp"
#include "ipc/shm_file.hpp"
#include "process/error.hpp"

#include <pier/sys/ipc/name.hpp>
#include <pier/sys/ipc/remains.hpp>

#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

namespace pier::sys {
namespace {

struct CloseFolder {
    void operator()(DIR* folder) const noexcept { (void)::closedir(folder); }
};

// The names of files that begin so, without that. Of a folder that is not there: none.
Result<std::vector<std::string>> names_in(const char* path, std::string_view prefix) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path));
    if (folder == nullptr && errno == ENOENT) return names;
    if (folder == nullptr) return posix::fail_last();
    for (;;) {
        errno = 0;
        const dirent* entry = ::readdir(folder.get());
        if (entry == nullptr && errno != 0) return posix::fail_last();
        if (entry == nullptr) return names;
        const std::string_view name(entry->d_name);
        if (name.starts_with(prefix)) names.emplace_back(name.substr(prefix.size()));
    }
}

// A FIFO is locked by its reader. It is opened to read, so a writer that comes in this moment finds a reader that goes.
Result<SystemHandle> open_fifo(const IpcName& name) {
    const std::string path = posix::fifo_folder_path().append("/").append(name.text());
    const int fifo = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    if (fifo < 0 && errno == ENOENT) return fail(Errc::name_not_found, ENOENT);
    if (fifo < 0) return posix::fail_last();
    SystemHandle file(NativeHandle{static_cast<std::uintptr_t>(fifo)});
    struct stat found {};
    if (::fstat(fifo, &found) != 0) return posix::fail_last();
    if (!S_ISFIFO(found.st_mode) || found.st_uid != ::geteuid()) return fail(Errc::permission_denied);
    return file;
}

Result<SystemHandle> open_any(const posix::NamesLock& lock, IpcKind kind, const IpcName& name) {
    if (kind == IpcKind::pipe) return open_fifo(name);
    auto file = posix::open_file(lock, kind, name, MemoryAccess::read_only);
    if (!file) return fail(file.error());
    return std::move(file->handle);
}

// As long as the handle is open then, nobody else can begin to use a pipe; of other kinds the lock of names sees to it.
bool take_alone(const SystemHandle& file) noexcept {
    return ::flock(static_cast<int>(file.get()), LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

Result<std::vector<IpcRemain>> ipc_remains() {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    std::vector<IpcRemain> remains;
    for (IpcKind kind : ipc_kinds) {
        const bool is_pipe = kind == IpcKind::pipe;
        const std::string folder = is_pipe ? posix::fifo_folder_path() : std::string(posix::memory_folder);
        auto names = names_in(folder.c_str(), is_pipe ? std::string() : posix::ipc_prefix(kind));
        if (!names) return fail(names.error());
        for (const std::string& text : *names) {
            auto name = IpcName::parse(text);
            if (!name) continue;  // not one of Pier's
            auto file = open_any(*lock, kind, *name);
            if (!file) continue;  // it has gone meanwhile, or is not this user's
            remains.push_back({kind, std::move(*name), !take_alone(*file)});
        }
    }
    return remains;
}

Result<void> remove_remain(IpcKind kind, const IpcName& name) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto file = open_any(*lock, kind, name);
    if (!file) return fail(file.error());
    if (!take_alone(*file)) return fail(Errc::name_taken, EWOULDBLOCK);
    auto text = system_name(kind, name);
    if (!text) return fail(text.error());
    int failed = 0;
    if (kind == IpcKind::queue) failed = ::mq_unlink(text->c_str());
    if (kind == IpcKind::pipe) failed = ::unlink(text->c_str());
    if (failed != 0 && errno != ENOENT) return posix::fail_last();
    if (kind == IpcKind::pipe) return {};
    return posix::remove_file(*lock, kind, name);
}

}  // namespace pier::sys
