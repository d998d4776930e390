#include "ipc/fifo.hpp"
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

// A FIFO is locked by its reader. It is opened to read, which is no reader to a writer that comes in this moment.
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

// The reader of a pipe has a lock alone. Who uses another kind shares one with others.
bool is_in_use(IpcKind kind, const SystemHandle& file) noexcept {
    const int lock = kind == IpcKind::pipe ? LOCK_SH : LOCK_EX;
    return ::flock(static_cast<int>(file.get()), lock | LOCK_NB) != 0;
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
            remains.push_back({kind, std::move(*name), is_in_use(kind, *file)});
        }
    }
    return remains;
}

Result<void> remove_remain(IpcKind kind, const IpcName& name) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    if (kind == IpcKind::pipe) return posix::remove_fifo(*lock, name);
    auto file = open_any(*lock, kind, name);
    if (!file) return fail(file.error());
    if (is_in_use(kind, *file)) return fail(Errc::name_taken, EWOULDBLOCK);
    auto text = system_name(kind, name);
    if (!text) return fail(text.error());
    if (kind == IpcKind::queue && ::mq_unlink(text->c_str()) != 0 && errno != ENOENT) return posix::fail_last();
    return posix::remove_file(*lock, kind, name);
}

}  // namespace pier::sys
