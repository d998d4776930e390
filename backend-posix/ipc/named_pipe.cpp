// FIFOs (fifo(7)), each with one reader and one writer at a time. A FIFO itself allows any number, so both sides lock
// it: the reader by flock(2), the writer by an open file description lock (fcntl(2)), which know nothing of each other.
// Locks go with their owner, so a FIFO that is not locked was left behind by a crash. Who only looks whether a reader
// has it, locks it shared and for a moment, and has the lock of names meanwhile.
#include "ipc/fifo.hpp"
#include "process/error.hpp"
#include "process/pipe_transfer.hpp"

#include <pier/sys/ipc/name.hpp>
#include <pier/sys/ipc/named_pipe.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <string>

namespace pier::sys {
namespace {

// Another process may remove or make the name between two calls of ours: so often in a row is no accident.
constexpr int most_races = 100;

int number(const SystemHandle& handle) noexcept { return static_cast<int>(handle.get()); }

// Non-blocking, and no link. Empty with errno.
SystemHandle open_fifo(const std::string& path, int side) noexcept {
    for (;;) {
        const int fifo = ::open(path.c_str(), side | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
        if (fifo >= 0) return SystemHandle(NativeHandle{static_cast<std::uintptr_t>(fifo)});
        if (errno != EINTR) return {};
    }
}

// The folder is the user's own. What is no FIFO there was put there by the user.
Result<void> expect_fifo(const SystemHandle& fifo) noexcept {
    struct stat found {};
    if (::fstat(number(fifo), &found) != 0) return posix::fail_last();
    if (!S_ISFIFO(found.st_mode)) return fail(Errc::name_taken);
    if (found.st_uid != ::geteuid()) return fail(Errc::permission_denied);
    return {};
}

// Whether the name still leads to it: its last reader may have removed the name when it went.
bool has_name(const SystemHandle& fifo, const std::string& path) noexcept {
    struct stat by_handle {};
    struct stat by_name {};
    return ::fstat(number(fifo), &by_handle) == 0 && ::lstat(path.c_str(), &by_name) == 0 &&
           by_handle.st_dev == by_name.st_dev && by_handle.st_ino == by_name.st_ino;
}

// While the lock is held nobody else opens the name to read, so it is this reader's to remove.
class FifoName final : public PipeName {
public:
    explicit FifoName(std::string path) noexcept : path_(std::move(path)) {}
    ~FifoName() override { (void)::unlink(path_.c_str()); }

private:
    std::string path_;
};

bool lock_alone(const SystemHandle& fifo) noexcept { return ::flock(number(fifo), LOCK_EX | LOCK_NB) == 0; }

// When those who only look have gone.
bool lock_after_lookers(const SystemHandle& fifo) {
    const auto lock = posix::NamesLock::take();
    return lock && lock_alone(fifo);
}

// Whether a reader has it. Another process may have it open to read only to look, and soon closes it.
bool is_read(const SystemHandle& fifo) {
    const auto lock = posix::NamesLock::take();  // without it a reader that comes now may be told name_taken
    if (::flock(number(fifo), LOCK_SH | LOCK_NB) != 0) return errno == EWOULDBLOCK;
    (void)::flock(number(fifo), LOCK_UN);
    return false;
}

// Opens what is there as its only reader. `held`: by the caller, or null. Errors: name_not_found; name_taken;
// operation_would_block when the name has changed meanwhile.
Result<SystemHandle> take_fifo(const std::string& path, const posix::NamesLock* held) {
    SystemHandle fifo = open_fifo(path, O_RDONLY);
    if (!fifo.valid()) {
        if (errno == ENOENT) return fail(Errc::name_not_found, ENOENT);
        if (errno == ELOOP) return fail(Errc::name_taken, ELOOP);
        return posix::fail_last();
    }
    if (auto expected = expect_fifo(fifo); !expected) return fail(expected.error());
    if (!lock_alone(fifo)) {
        if (errno != EWOULDBLOCK) return posix::fail_last();
        const bool is_ours = held == nullptr && lock_after_lookers(fifo);
        if (!is_ours && has_name(fifo, path)) return fail(Errc::name_taken, EWOULDBLOCK);
    }
    if (!has_name(fifo, path)) return fail(Errc::operation_would_block);
    posix::enlarge(number(fifo));
    return fifo;
}

}  // namespace

Result<NamedReader> open_named_reader(const IpcName& name) {
    auto path = system_name(IpcKind::pipe, name);
    if (!path) return fail(path.error());
    for (int race = 0; race < most_races; ++race) {
        if (::mkfifo(path->c_str(), 0600) != 0 && errno != EEXIST) return posix::fail_last();
        auto fifo = take_fifo(*path, nullptr);
        if (fifo) return NamedReader{std::move(*fifo), std::make_unique<FifoName>(*path)};
        const bool changed = fifo.error() == Errc::operation_would_block || fifo.error() == Errc::name_not_found;
        if (!changed) return fail(fifo.error());
    }
    return fail(Errc::name_taken);
}

Result<SystemHandle> open_named_writer(const IpcName& name) {
    auto path = system_name(IpcKind::pipe, name);
    if (!path) return fail(path.error());
    SystemHandle fifo = open_fifo(*path, O_WRONLY);
    if (!fifo.valid()) {
        // ENXIO: nobody has it open for reading (open(2)).
        if (errno == ENOENT || errno == ENXIO) return fail(Errc::operation_would_block, errno);
        if (errno == ELOOP) return fail(Errc::name_taken, ELOOP);
        return posix::fail_last();
    }
    if (auto expected = expect_fifo(fifo); !expected) return fail(expected.error());
    if (!is_read(fifo)) return fail(Errc::operation_would_block);
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(number(fifo), F_OFD_SETLK, &lock) == 0) return fifo;
    if (errno == EAGAIN || errno == EACCES) return fail(Errc::operation_would_block, errno);
    return posix::fail_last();
}

Result<void> remove_named_pipe(const IpcName& name) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    return posix::remove_fifo(*lock, name);
}

}  // namespace pier::sys

namespace pier::posix {

Result<void> remove_fifo(const NamesLock& lock, const IpcName& name) {
    auto path = sys::system_name(IpcKind::pipe, name);
    if (!path) return fail(path.error());
    auto fifo = sys::take_fifo(*path, &lock);
    if (!fifo && fifo.error() == Errc::operation_would_block) return fail(Errc::name_not_found);
    if (!fifo) return fail(fifo.error());
    if (::unlink(path->c_str()) != 0) return fail_last();
    return {};
}

}  // namespace pier::posix
