#include "ipc/names_lock.hpp"

#include "ipc/name.hpp"
#include "ipc/shm_file.hpp"
#include "process/error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <cerrno>

namespace pier::posix {

Result<NamesLock> NamesLock::take() {
    std::string name = std::string("/").append(ipc_prefix()).append("lock");
    const std::string path = memory_folder + name;
    for (;;) {
        const int number = open_shm(name, O_CREAT | O_RDWR);
        if (number < 0) return fail_to_open_shm(name);
        SystemHandle file(NativeHandle{static_cast<std::uintptr_t>(number)});
        struct stat opened {};
        if (::fstat(number, &opened) != 0) return fail_last();
        if (!is_own_file(opened)) return fail_for_foreign_file();
        while (::flock(number, LOCK_EX) != 0) {
            if (errno != EINTR) return fail_last();
        }
        // Who had it before has removed the file, and others may have made a new one.
        struct stat named {};
        if (::lstat(path.c_str(), &named) != 0 && errno != ENOENT) return fail_last();
        if (named.st_ino == opened.st_ino && named.st_dev == opened.st_dev)
            return NamesLock(std::move(name), std::move(file));
    }
}

// While the lock is held: later the file could be another holder's.
NamesLock::~NamesLock() {
    if (file_.valid()) (void)::shm_unlink(name_.c_str());
}

}  // namespace pier::posix
