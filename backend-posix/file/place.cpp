#include <pier/sys/file/place.hpp>

#include "process/error.hpp"
#include "process/native_handle.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

namespace pier::sys {
namespace {

using posix::descriptor_of;
using posix::fail_last;
using posix::owned;

bool has_nul(const std::string& path) noexcept { return path.find('\0') != std::string::npos; }

FileFacts facts(const struct stat& status) noexcept {
    constexpr std::int64_t second = 1'000'000'000;
    FileFacts facts;
    if (S_ISREG(status.st_mode)) facts.kind = FileKind::regular;
    if (S_ISDIR(status.st_mode)) facts.kind = FileKind::folder;
    facts.size = static_cast<std::uint64_t>(status.st_size);
    facts.modified = status.st_mtim.tv_sec * second + status.st_mtim.tv_nsec;
    facts.volume = status.st_dev;
    facts.number = status.st_ino;
    return facts;
}

Result<void> done(int outcome) noexcept {
    if (outcome != 0) return fail_last();
    return {};
}

}  // namespace

Result<FileFacts> facts_of(NativeHandle file) noexcept {
    struct stat status;
    if (::fstat(descriptor_of(file), &status) != 0) return fail_last();
    return facts(status);
}

Result<FileFacts> facts_of(const std::string& path) {
    if (has_nul(path)) return fail(Errc::invalid_argument);
    struct stat status;
    if (::stat(path.c_str(), &status) != 0) return fail_last();
    return facts(status);
}

Result<std::string> real_path(const std::string& path) {
    if (has_nul(path)) return fail(Errc::invalid_argument);
    const std::unique_ptr<char, void (*)(void*)> found(::realpath(path.c_str(), nullptr), ::free);
    if (found == nullptr) return fail_last();
    return std::string(found.get());
}

// proc(5): the link of a file that was deleted has this behind its name.
Result<std::string> real_path(NativeHandle file) {
    constexpr std::string_view deleted = " (deleted)";
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor_of(file));
    std::string path(256, '\0');
    for (;;) {
        const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
        if (size < 0) return fail(Errc::not_supported, errno);
        if (static_cast<std::size_t>(size) < path.size()) {
            path.resize(static_cast<std::size_t>(size));
            break;
        }
        path.resize(2 * path.size());
    }
    struct stat status;
    const bool gone = path.ends_with(deleted) && ::fstat(descriptor_of(file), &status) == 0 && status.st_nlink == 0;
    if (gone) return fail(Errc::file_not_found);
    return path;
}

Result<void> make_folder(const std::string& path) {
    if (has_nul(path)) return fail(Errc::invalid_argument);
    return done(::mkdir(path.c_str(), 0777));
}

Result<void> remove_file(const std::string& path) {
    if (has_nul(path)) return fail(Errc::invalid_argument);
    return done(::unlink(path.c_str()));
}

// rename(2): not every file system has RENAME_NOREPLACE (EINVAL), nor has every kernel renameat2 (ENOSYS).
Result<void> rename_file(const std::string& from, const std::string& to, Replacing replacing) {
    if (has_nul(from) || has_nul(to)) return fail(Errc::invalid_argument);
    if (replacing == Replacing::no) {
        if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
        if (errno != EINVAL && errno != ENOSYS) return fail_last();
        struct stat status;
        if (::lstat(to.c_str(), &status) == 0) return fail(Errc::file_exists, EEXIST);
    }
    return done(::rename(from.c_str(), to.c_str()));
}

Result<void> sync_folder(const std::string& path) {
    if (has_nul(path)) return fail(Errc::invalid_argument);
    const SystemHandle folder = owned(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.valid()) return fail_last();
    // Some file systems have nothing to do here, and say so by EINVAL (fsync(2)).
    if (::fsync(descriptor_of(folder)) != 0 && errno != EINVAL) return fail_last();
    return {};
}

}  // namespace pier::sys
