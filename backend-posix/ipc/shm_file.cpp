#include "ipc/shm_file.hpp"

#include "process/error.hpp"

#include <sys/mman.h>
#include <unistd.h>
#include <cerrno>

namespace pier::posix {

int open_shm(const std::string& name, int flags) noexcept {
    for (;;) {
        const int file = ::shm_open(name.c_str(), flags | O_NONBLOCK, 0600);
        if (file >= 0 || errno != EINTR) return file;
    }
}

// EACCES, or for what is no file ELOOP, EISDIR, ENXIO and others.
std::unexpected<Error> fail_to_open_shm(const std::string& name) {
    const int number = errno;
    const std::string path = memory_folder + name;
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0 && !is_own_file(found)) return fail_for_foreign_file();
    errno = number;
    return fail_for_want_of_room();
}

// EFBIG: beyond what a file may have. ENOSPC also of an open that makes the file.
std::unexpected<Error> fail_for_want_of_room() noexcept {
    if (errno == ENOSPC || errno == EFBIG || errno == EDQUOT) return fail(Errc::not_enough_memory, errno);
    return fail_last();
}

bool is_own_file(const struct stat& found) noexcept { return S_ISREG(found.st_mode) && found.st_uid == ::geteuid(); }

}  // namespace pier::posix
