// Files in the folder of shared memory, where anybody may put things of any kind under any name.
#pragma once

#include <pier/result.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <cerrno>
#include <string>

namespace pier::posix {

// Where glibc and musl keep what shm_open() makes (shm_overview(7)).
inline constexpr const char* memory_folder = "/dev/shm";

// shm_open(3), with O_NONBLOCK: the open of a FIFO to read would wait for a writer. `name` begins with a slash. The
// descriptor, or -1 with errno.
[[nodiscard]] int open_shm(const std::string& name, int flags) noexcept;

// Of errno after such an open that has failed. Errors: not_enough_memory without room; permission_denied where the name
// is another user's, or no plain file's; what the system says.
[[nodiscard]] std::unexpected<Error> fail_to_open_shm(const std::string& name);
// Of errno, from calls that take room in the folder. Errors: not_enough_memory; what the system says.
[[nodiscard]] std::unexpected<Error> fail_for_want_of_room() noexcept;

// Whether it is a plain file of this user. Before it is locked: somebody else could hold the lock for ever. An
// administrator may open what others own, and must not trust it.
[[nodiscard]] bool is_own_file(const struct stat& found) noexcept;
// What such a file that is not one is refused with. Its number says where it is to be looked for (sys::remark).
[[nodiscard]] inline std::unexpected<Error> fail_for_foreign_file() noexcept {
    return fail(Errc::permission_denied, EEXIST);
}

}  // namespace pier::posix
