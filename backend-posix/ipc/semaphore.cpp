#include "ipc/memory.hpp"
#include "ipc/timespec.hpp"
#include "process/error.hpp"

#include <pier/sys/ipc/name.hpp>
#include <pier/sys/ipc/semaphore.hpp>

#include <fcntl.h>
#include <semaphore.h>
#include <cerrno>
#include <climits>
#include <string>

namespace pier::sys {
namespace {

static_assert(Semaphore::most <= SEM_VALUE_MAX);

sem_t* semaphore(void* object) noexcept { return static_cast<sem_t*>(object); }

// The semaphore that the mark is of, made if it is not there: its maker may have died before.
Result<sem_t*> open_or_make(const char* name, std::uint32_t initial, bool& is_new) noexcept {
    is_new = false;
    sem_t* found = ::sem_open(name, 0);
    if (found != SEM_FAILED) return found;
    if (errno != ENOENT) return posix::fail_last();
    is_new = true;
    found = ::sem_open(name, O_CREAT | O_EXCL, 0600, initial);
    if (found == SEM_FAILED) return posix::fail_last();
    return found;
}

}  // namespace

Result<Semaphore> Semaphore::create(const IpcName& name, std::uint32_t initial, IpcCreation creation) {
    auto text = system_name(IpcKind::semaphore, name);
    if (!text) return fail(text.error());
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto mark = posix::make_file(*lock, IpcKind::semaphore, name);
    if (!mark) return fail(mark.error());
    // One without its mark is what was left when somebody died while removing it, or is no object of Pier.
    if (mark->is_new) (void)::sem_unlink(text->c_str());
    bool is_new = false;
    auto object = open_or_make(text->c_str(), initial, is_new);
    if (!object) {
        if (mark->is_new) (void)posix::remove_file(*lock, IpcKind::semaphore, name);
        return fail(object.error());
    }
    if (!is_new && creation == IpcCreation::exclusive) {
        (void)::sem_close(*object);
        return fail(Errc::name_taken, EEXIST);
    }
    return Semaphore(*object, std::move(mark->handle));
}

Result<Semaphore> Semaphore::open(const IpcName& name) {
    auto text = system_name(IpcKind::semaphore, name);
    if (!text) return fail(text.error());
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto mark = posix::open_file(*lock, IpcKind::semaphore, name, MemoryAccess::read_write);
    if (!mark) return fail(mark.error());
    sem_t* object = ::sem_open(text->c_str(), 0);
    if (object == SEM_FAILED && errno == ENOENT) return fail(Errc::name_not_found, ENOENT);
    if (object == SEM_FAILED) return posix::fail_last();
    return Semaphore(object, std::move(mark->handle));
}

// The mark last: as long as it is there, clean-up finds the name.
Result<void> Semaphore::remove(const IpcName& name) {
    auto text = system_name(IpcKind::semaphore, name);
    if (!text) return fail(text.error());
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto mark = posix::open_file(*lock, IpcKind::semaphore, name, MemoryAccess::read_write);
    if (!mark) return fail(mark.error());
    if (::sem_unlink(text->c_str()) != 0 && errno != ENOENT) return posix::fail_last();
    return posix::remove_file(*lock, IpcKind::semaphore, name);
}

Semaphore::~Semaphore() {
    if (object_ != nullptr) (void)::sem_close(semaphore(object_));
}

Result<void> Semaphore::post(std::uint32_t count) noexcept {
    for (std::uint32_t posted = 0; posted < count; ++posted) {
        if (::sem_post(semaphore(object_)) != 0) return fail(Errc::count_too_large, errno);  // EOVERFLOW alone
    }
    return {};
}

bool Semaphore::try_wait() noexcept {
    while (::sem_trywait(semaphore(object_)) != 0) {
        if (errno != EINTR) return false;
    }
    return true;
}

Result<Waited> Semaphore::wait(Time until, const Interrupt*) noexcept {
    const timespec limit = posix::to_timespec(until);
    for (;;) {
        const int failed = until == never ? ::sem_wait(semaphore(object_))
                                          : ::sem_clockwait(semaphore(object_), CLOCK_MONOTONIC, &limit);
        if (failed == 0) return Waited::taken;
        if (errno == ETIMEDOUT) return Waited::nothing;
        if (errno != EINTR) return posix::fail_last();
    }
}

}  // namespace pier::sys
