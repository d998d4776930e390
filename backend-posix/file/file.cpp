// open(2), pread(2), pwrite(2), ftruncate(2), fsync(2).
#include <pier/sys/file.hpp>

#include "file/size_limit.hpp"
#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "process/uninterrupted.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <limits>

namespace pier::sys {
namespace {

using posix::descriptor_of;
using posix::fail_last;
using posix::uninterrupted;

constexpr std::uint64_t largest_offset = std::numeric_limits<off_t>::max();

int flags_of(FileOptions options) noexcept {
    int flags = O_CLOEXEC | O_NOCTTY;
    switch (options.access) {
        case FileAccess::read:
            flags |= O_RDONLY;
            break;
        case FileAccess::write:
            flags |= O_WRONLY;
            break;
        case FileAccess::read_write:
            flags |= O_RDWR;
            break;
    }
    switch (options.creation) {
        case FileCreation::open_existing:
            break;
        case FileCreation::open_or_create:
            flags |= O_CREAT;
            break;
        case FileCreation::truncate:
            flags |= O_CREAT | O_TRUNC;
            break;
        case FileCreation::create_new:
            flags |= O_CREAT | O_EXCL;
            break;
    }
    return flags;
}

std::unexpected<Error> why_not_opened() noexcept {
    switch (errno) {
        case ENXIO:  // a pipe that nobody reads, a socket, a device without a driver
            return fail(Errc::not_a_regular_file, errno);
        case ELOOP:
            return fail(Errc::file_not_found, errno);
        default:
            return fail_last();
    }
}

// What the system says of a file that was opened for the other direction alone.
std::unexpected<Error> why_not_moved() noexcept {
    if (errno == EBADF) return fail(Errc::permission_denied, errno);
    return fail_last();
}

bool is_regular(const std::string& path) noexcept {
    struct stat found {};
    return stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

Result<void> require_regular(int file) noexcept {
    struct stat found {};
    if (fstat(file, &found) != 0) return fail_last();
    if (S_ISREG(found.st_mode)) return {};
    return fail(S_ISDIR(found.st_mode) ? Errc::is_a_directory : Errc::not_a_regular_file);
}

}  // namespace

Result<SystemHandle> open_file(const std::string& path, FileOptions options, FileCalls) {
    if (path.find('\0') != std::string::npos) return fail(Errc::invalid_argument);
    if (options.access == FileAccess::read && options.creation != FileCreation::open_existing) {
        return fail(Errc::invalid_argument);
    }
    const mode_t mode = options.owner_only ? 0600 : 0666;
    // Without O_NONBLOCK a pipe would be waited for.
    const int flags = flags_of(options);
    SystemHandle file = posix::owned(uninterrupted([&] { return ::open(path.c_str(), flags | O_NONBLOCK, mode); }));
    if (!file.valid() && errno == EWOULDBLOCK && is_regular(path)) {
        // Somebody has a lease on it, and is asked to give it back: that is waited for (fcntl(2), F_SETLEASE).
        file = posix::owned(uninterrupted([&] { return ::open(path.c_str(), flags, mode); }));
    }
    if (!file.valid()) return why_not_opened();
    if (auto regular = require_regular(descriptor_of(file)); !regular) return fail(regular.error());
    // Of a regular file it means nothing to read(2), but io_uring would not wait for its disk.
    if (fcntl(descriptor_of(file), F_SETFL, flags & ~(O_CREAT | O_EXCL | O_TRUNC)) != 0) return fail_last();
    return file;
}

Result<std::size_t> read_file(NativeHandle file, std::uint64_t offset, std::span<std::byte> into) noexcept {
    if (offset > largest_offset - into.size()) return 0;  // no file is as long
    const auto at = static_cast<off_t>(offset);
    const ssize_t count = uninterrupted([&] { return pread(descriptor_of(file), into.data(), into.size(), at); });
    if (count < 0) return why_not_moved();
    return static_cast<std::size_t>(count);
}

Result<std::size_t> write_file(NativeHandle file, std::uint64_t offset, std::span<const std::byte> data) noexcept {
    const auto room = posix::room_in_file(offset, data.size());
    if (!room) return fail(room.error());
    const auto at = static_cast<off_t>(offset);
    const ssize_t count = uninterrupted([&] { return pwrite(descriptor_of(file), data.data(), *room, at); });
    if (count < 0) return why_not_moved();
    return static_cast<std::size_t>(count);
}

Result<std::uint64_t> file_size(NativeHandle file) noexcept {
    struct stat found {};
    if (fstat(descriptor_of(file), &found) != 0) return fail_last();
    return static_cast<std::uint64_t>(found.st_size);
}

Result<void> resize_file(NativeHandle file, std::uint64_t size) noexcept {
    const auto before = file_size(file);
    if (!before) return fail(before.error());
    if (size > *before) {
        // All of it, or nothing.
        const auto room = posix::room_in_file(*before, size - *before);
        if (!room) return fail(room.error());
        if (*room < size - *before) return fail(Errc::file_too_large, EFBIG);
    }
    const int status = uninterrupted([&] { return ftruncate(descriptor_of(file), static_cast<off_t>(size)); });
    if (status == 0) return {};
    if (errno == EINVAL) return fail(Errc::file_too_large, errno);
    return fail_last();
}

Result<void> sync_file(NativeHandle file, FileSync what) noexcept {
    const int number = descriptor_of(file);
    const int status = uninterrupted([&] { return what == FileSync::data ? fdatasync(number) : fsync(number); });
    if (status != 0) return fail_last();
    return {};
}

}  // namespace pier::sys
