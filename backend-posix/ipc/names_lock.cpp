#include "ipc/names_lock.hpp"

#include "ipc/name.hpp"
#include "process/error.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

namespace pier::posix {

Result<NamesLock> NamesLock::take() {
    std::string name = std::string("/").append(ipc_prefix()).append("lock");
    for (;;) {
        const int number = ::shm_open(name.c_str(), O_CREAT | O_RDWR, 0600);
        if (number < 0) return fail_last();
        SystemHandle file(NativeHandle{static_cast<std::uintptr_t>(number)});
        while (::flock(number, LOCK_EX) != 0) {
            if (errno != EINTR) return fail_last();
        }
        struct stat found {};
        if (::fstat(number, &found) != 0) return fail_last();
        if (found.st_uid != ::geteuid()) return fail(Errc::permission_denied);
        // Who had it before has removed the file, and others may have made a new one.
        if (found.st_nlink > 0) return NamesLock(std::move(name), std::move(file));
    }
}

// While the lock is held: later the file could be another holder's.
NamesLock::~NamesLock() {
    if (file_.valid()) (void)::shm_unlink(name_.c_str());
}

}  // namespace pier::posix
