#include "ipc/memory.hpp"

#include "ipc/shm_file.hpp"
#include "process/error.hpp"

#include <pier/sys/ipc/name.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pier::posix {
namespace {

int number(const SystemHandle& handle) noexcept { return static_cast<int>(handle.get()); }

// What the machine could give now without ending processes, in bytes; nothing where it does not tell (proc(5)).
std::optional<std::uint64_t> available_memory() noexcept {
    const int file = ::open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    if (file < 0) return std::nullopt;
    char text[4096];
    const ssize_t count = ::read(file, text, sizeof text);
    (void)::close(file);
    const std::string_view all(text, count > 0 ? static_cast<std::size_t>(count) : 0);
    std::uint64_t kilobytes = 0;
    for (std::string_view key : {"MemAvailable:", "SwapFree:"}) {
        const std::size_t place = all.find(key);
        if (place == std::string_view::npos) return std::nullopt;
        const std::size_t digits = all.find_first_of("0123456789", place);
        std::uint64_t value = 0;
        if (digits == std::string_view::npos) return std::nullopt;
        (void)std::from_chars(all.data() + digits, all.data() + all.size(), value);
        kilobytes += value;
    }
    return kilobytes * 1024;
}

// Before any memory is taken. The limit of /dev/shm may be higher than what the machine has, and a memfd has none: the
// system would give page after page, and then end processes.
Result<void> expect_room(int file, std::size_t size) noexcept {
    // Beyond this limit of the process SIGXFSZ would end it (setrlimit(2)).
    struct rlimit longest {};
    if (::getrlimit(RLIMIT_FSIZE, &longest) == 0 && size > longest.rlim_cur)
        return fail(Errc::not_enough_memory, EFBIG);
    struct statvfs place {};
    if (::fstatvfs(file, &place) == 0 && place.f_blocks > 0 && size / place.f_frsize > place.f_bavail)
        return fail(Errc::not_enough_memory, ENOSPC);
    const auto available = available_memory();
    if (available && size > *available) return fail(Errc::not_enough_memory, ENOMEM);
    return {};
}

// Marks the object as used by this process, and looks at whose it is.
Result<ObjectFile> hold(int descriptor) {
    ObjectFile file{SystemHandle(NativeHandle{static_cast<std::uintptr_t>(descriptor)})};
    struct stat found {};
    if (::fstat(descriptor, &found) != 0) return fail_last();
    if (!is_own_file(found)) return fail_for_foreign_file();
    if (::flock(descriptor, LOCK_SH | LOCK_NB) != 0) return fail_last();
    file.size = static_cast<std::size_t>(found.st_size);
    return file;
}

}  // namespace

Result<ObjectFile> make_file(const NamesLock&, IpcKind kind, const IpcName& name) {
    auto text = sys::system_name(kind, name);
    if (!text) return fail(text.error());
    int descriptor = open_shm(*text, O_CREAT | O_EXCL | O_RDWR);
    const bool is_new = descriptor >= 0;
    if (!is_new && errno == EEXIST) descriptor = open_shm(*text, O_RDWR);
    if (descriptor < 0) return fail_to_open_shm(*text);
    auto file = hold(descriptor);
    if (file) file->is_new = is_new;
    if (!file && is_new) (void)::shm_unlink(text->c_str());
    return file;
}

Result<ObjectFile> open_file(const NamesLock&, IpcKind kind, const IpcName& name, MemoryAccess access) {
    auto text = sys::system_name(kind, name);
    if (!text) return fail(text.error());
    const int descriptor = open_shm(*text, access == MemoryAccess::read_only ? O_RDONLY : O_RDWR);
    if (descriptor < 0 && errno == ENOENT) return fail(Errc::name_not_found, ENOENT);
    if (descriptor < 0) return fail_to_open_shm(*text);
    return hold(descriptor);
}

Result<void> look_at_file(const NamesLock&, IpcKind kind, const IpcName& name) {
    auto text = sys::system_name(kind, name);
    if (!text) return fail(text.error());
    struct stat found {};
    if (::lstat(text->insert(0, memory_folder).c_str(), &found) != 0) {
        if (errno == ENOENT) return fail(Errc::name_not_found, ENOENT);
        return fail_last();
    }
    if (!is_own_file(found)) return fail_for_foreign_file();
    return {};
}

Result<void> remove_file(const NamesLock&, IpcKind kind, const IpcName& name) {
    auto text = sys::system_name(kind, name);
    if (!text) return fail(text.error());
    if (::shm_unlink(text->c_str()) == 0) return {};
    if (errno == ENOENT) return fail(Errc::name_not_found, ENOENT);
    return fail_last();
}

// The memory first, and the size at the end: an object whose maker has died half-way has the size 0.
Result<void> fill_file(const SystemHandle& file, std::size_t size) {
    if (auto room = expect_room(number(file), size); !room) return room;
    // In pieces, since a signal ends the call and undoes what it has done.
    constexpr std::size_t piece = 16 << 20;
    for (std::size_t done = 0; done < size;) {
        const std::size_t next = std::min(piece, size - done);
        if (::fallocate(number(file), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(done), static_cast<off_t>(next)) == 0) {
            done += next;
        } else if (errno != EINTR) {
            return fail_for_want_of_room();
        }
    }
    while (::ftruncate(number(file), static_cast<off_t>(size)) != 0) {
        if (errno != EINTR) return fail_for_want_of_room();
    }
    return {};
}

Result<sys::Mapping> map_file(SystemHandle file, std::size_t size, MemoryAccess access) {
    const int protection = access == MemoryAccess::read_only ? PROT_READ : PROT_READ | PROT_WRITE;
    void* data = ::mmap(nullptr, size, protection, MAP_SHARED, number(file), 0);
    if (data == MAP_FAILED) return fail_last();
    return sys::Mapping{std::move(file), static_cast<std::byte*>(data), size, access};
}

}  // namespace pier::posix

namespace pier::sys {

Result<Mapping> create_memory(const IpcName& name, std::size_t size, IpcCreation creation) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto file = posix::make_file(*lock, IpcKind::shared_memory, name);
    if (!file) return fail(file.error());
    const bool is_there = file->size != 0;
    if (is_there && (creation == IpcCreation::exclusive || file->size != size)) return fail(Errc::name_taken, EEXIST);
    Result<void> filled;
    if (!is_there) filled = posix::fill_file(file->handle, size);
    auto mapping = filled ? posix::map_file(std::move(file->handle), size, MemoryAccess::read_write)
                          : Result<Mapping>(fail(filled.error()));
    if (!mapping && !is_there) (void)posix::remove_file(*lock, IpcKind::shared_memory, name);
    return mapping;
}

Result<Mapping> open_memory(const IpcName& name, MemoryAccess access) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto file = posix::open_file(*lock, IpcKind::shared_memory, name, access);
    if (!file) return fail(file.error());
    if (file->size == 0) return fail(Errc::name_not_found);  // its maker has died before it was made
    return posix::map_file(std::move(file->handle), file->size, access);
}

Result<Mapping> anonymous_memory(std::size_t size) {
    const int descriptor = ::memfd_create("pier", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return posix::fail_last();
    SystemHandle file(NativeHandle{static_cast<std::uintptr_t>(descriptor)});
    if (auto filled = posix::fill_file(file, size); !filled) return fail(filled.error());
    // Or who inherits it could cut it, and an access here would end this process.
    if (::fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) return posix::fail_last();
    return posix::map_file(std::move(file), size, MemoryAccess::read_write);
}

Result<Mapping> map_memory(SystemHandle handle, MemoryAccess access) {
    struct stat found {};
    if (::fstat(static_cast<int>(handle.get()), &found) != 0) return fail(Errc::invalid_argument, errno);
    if (!S_ISREG(found.st_mode) || found.st_size <= 0) return fail(Errc::invalid_argument);
    // Not a file of a disk, nor one of shm_open(): who cuts those ends every process that looks behind the end.
    const int seals = ::fcntl(static_cast<int>(handle.get()), F_GET_SEALS);
    if (seals < 0 || (seals & F_SEAL_SHRINK) == 0) return fail(Errc::invalid_argument);
    return posix::map_file(std::move(handle), static_cast<std::size_t>(found.st_size), access);
}

Result<void> remove_memory(const IpcName& name) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    return posix::remove_file(*lock, IpcKind::shared_memory, name);
}

void unmap(const Mapping& mapping) noexcept {
    if (mapping.data == nullptr) return;
    // Whole pages, as the kernel unmaps them in any case. The thread sanitizer forgets whole pages alone, and would
    // take the next user of the address for one who races with us.
    const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    (void)::munmap(mapping.data, (mapping.size + page - 1) / page * page);
}

}  // namespace pier::sys
