#include "ipc/memory.hpp"
#include "ipc/timespec.hpp"
#include "process/error.hpp"

#include <pier/sys/ipc/semaphore.hpp>

#include <semaphore.h>
#include <atomic>
#include <cerrno>
#include <climits>

namespace pier::sys {
namespace {

static_assert(Semaphore::most <= SEM_VALUE_MAX);

// What the memory holds. Not sem_open(3), which keeps such a sem_t in a file, too: a process that is killed inside of
// it leaves a file "sem.XXXXXX" behind, of which nobody can tell whose it was.
struct Shared {
    std::atomic<std::uint32_t> ready;  // the mark below, once the semaphore is made
    sem_t semaphore;
};
constexpr std::uint32_t made = 0x7073656d;  // "psem"

Shared& shared(const Mapping& memory) noexcept { return *reinterpret_cast<Shared*>(memory.data); }
sem_t* semaphore(void* object) noexcept { return static_cast<sem_t*>(object); }

// Of a file that is there: with the semaphore, or left by a maker that died. Then `ready` is not set.
Result<Mapping> map(posix::ObjectFile& file) {
    if (file.size != sizeof(Shared)) return fail(Errc::name_taken);  // not ours
    return posix::map_file(std::move(file.handle), file.size, MemoryAccess::read_write);
}

Result<Mapping> make(posix::ObjectFile& file, std::uint32_t initial, IpcCreation creation) {
    if (file.size == 0) {
        if (auto filled = posix::fill_file(file.handle, sizeof(Shared)); !filled) return fail(filled.error());
        file.size = sizeof(Shared);
    }
    auto memory = map(file);
    if (!memory) return memory;
    Shared& object = shared(*memory);
    const bool is_there = object.ready.load() == made;
    if (is_there && creation == IpcCreation::exclusive) {
        unmap(*memory);
        return fail(Errc::name_taken, EEXIST);
    }
    if (is_there) return memory;
    if (::sem_init(&object.semaphore, 1, initial) != 0) {
        const int number = errno;
        unmap(*memory);
        return fail(posix::translate(number));
    }
    object.ready.store(made);
    return memory;
}

}  // namespace

Semaphore::Semaphore(Mapping&& memory, SystemHandle handle) noexcept
    : memory_(std::move(memory)), handle_(std::move(handle)), object_(&shared(memory_).semaphore) {}

Result<Semaphore> Semaphore::create(const IpcName& name, std::uint32_t initial, IpcCreation creation) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto file = posix::make_file(*lock, IpcKind::semaphore, name);
    if (!file) return fail(file.error());
    auto memory = make(*file, initial, creation);
    if (!memory && file->is_new) (void)posix::remove_file(*lock, IpcKind::semaphore, name);
    if (!memory) return fail(memory.error());
    return Semaphore(std::move(*memory), SystemHandle());
}

Result<Semaphore> Semaphore::open(const IpcName& name) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto file = posix::open_file(*lock, IpcKind::semaphore, name, MemoryAccess::read_write);
    if (!file) return fail(file.error());
    if (file->size == 0) return fail(Errc::name_not_found);  // its maker has died before it was made
    auto memory = map(*file);
    if (!memory) return fail(memory.error());
    if (shared(*memory).ready.load() == made) return Semaphore(std::move(*memory), SystemHandle());
    unmap(*memory);
    return fail(Errc::name_not_found);
}

Result<void> Semaphore::remove(const IpcName& name) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    return posix::remove_file(*lock, IpcKind::semaphore, name);
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
