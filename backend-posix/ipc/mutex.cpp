#include "ipc/memory.hpp"
#include "ipc/timespec.hpp"
#include "process/error.hpp"

#include <pier/sys/ipc/mutex.hpp>

#include <pthread.h>
#include <cerrno>
#include <new>

namespace pier::sys {
namespace {

// What the memory holds. Zeroes when it is made.
struct Shared {
    std::atomic<std::uint32_t> ready;  // the mark below, once the mutex is made
    std::atomic<Guarded> guarded;
    pthread_mutex_t mutex;
};
constexpr std::uint32_t made = 0x706d7478;  // "pmtx"

Shared& shared(const Mapping& memory) noexcept { return *reinterpret_cast<Shared*>(memory.data); }

// pthread_mutexattr_setrobust(3): the system keeps a list of what a thread has locked, and tells the next owner.
Result<void> initialise(Shared& memory) noexcept {
    pthread_mutexattr_t attributes;
    int failure = ::pthread_mutexattr_init(&attributes);
    if (failure != 0) return fail(posix::translate(failure));
    failure = ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    if (failure == 0) failure = ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    if (failure == 0) failure = ::pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
    if (failure == 0) failure = ::pthread_mutex_init(&memory.mutex, &attributes);
    (void)::pthread_mutexattr_destroy(&attributes);
    if (failure != 0) return fail(posix::translate(failure));
    memory.ready.store(made);
    return {};
}

// The word first: whoever dies in between is the next dead owner. The mutex itself is consistent from here on, since an
// owner that takes it for nobody (see WaitingThread) has to pass it on as it was.
Result<Waited> taken(Shared& memory, int answer) noexcept {
    if (answer == 0) return Waited::taken;
    if (answer != EOWNERDEAD) return fail(posix::translate(answer));
    if (memory.guarded.load() != Guarded::unusable) memory.guarded.store(Guarded::owner_died);
    (void)::pthread_mutex_consistent(&memory.mutex);
    return Waited::owner_died;
}

// Of a file that is there: with the mutex, or left by a maker that died. Then `ready` is not set.
Result<Mapping> map(posix::ObjectFile& file) {
    if (file.size != sizeof(Shared)) return fail(Errc::name_taken);  // not ours
    return posix::map_file(std::move(file.handle), file.size, MemoryAccess::read_write);
}

Result<Mapping> make(posix::ObjectFile& file, IpcCreation creation) {
    if (file.size == 0) {
        if (auto filled = posix::fill_file(file.handle, sizeof(Shared)); !filled) return fail(filled.error());
        file.size = sizeof(Shared);
    }
    auto memory = map(file);
    if (!memory) return memory;
    const bool is_there = shared(*memory).ready.load() == made;
    Result<void> ready;
    if (is_there && creation == IpcCreation::exclusive) ready = fail(Errc::name_taken, EEXIST);
    if (!is_there) ready = initialise(shared(*memory));
    if (ready) return memory;
    unmap(*memory);
    return fail(ready.error());
}

}  // namespace

Result<Mutex> Mutex::create(const IpcName& name, IpcCreation creation) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto file = posix::make_file(*lock, IpcKind::mutex, name);
    if (!file) return fail(file.error());
    auto memory = make(*file, creation);
    if (!memory && file->is_new) (void)posix::remove_file(*lock, IpcKind::mutex, name);
    if (!memory) return fail(memory.error());
    return Mutex(std::move(*memory), SystemHandle());
}

Result<Mutex> Mutex::open(const IpcName& name) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    auto file = posix::open_file(*lock, IpcKind::mutex, name, MemoryAccess::read_write);
    if (!file) return fail(file.error());
    if (file->size == 0) return fail(Errc::name_not_found);  // its maker has died before it was made
    auto memory = map(*file);
    if (!memory) return fail(memory.error());
    if (shared(*memory).ready.load() == made) return Mutex(std::move(*memory), SystemHandle());
    unmap(*memory);
    return fail(Errc::name_not_found);
}

Result<void> Mutex::remove(const IpcName& name) {
    auto lock = posix::NamesLock::take();
    if (!lock) return fail(lock.error());
    return posix::remove_file(*lock, IpcKind::mutex, name);
}

Result<Waited> Mutex::try_lock() noexcept {
    Shared& memory = shared(memory_);
    const int answer = ::pthread_mutex_trylock(&memory.mutex);
    if (answer == EBUSY || answer == EDEADLK) return Waited::nothing;
    return taken(memory, answer);
}

Result<Waited> Mutex::lock(Time until, const Interrupt*) noexcept {
    Shared& memory = shared(memory_);
    const timespec limit = posix::to_timespec(until);
    const int answer = until == never ? ::pthread_mutex_lock(&memory.mutex)
                                      : ::pthread_mutex_clocklock(&memory.mutex, CLOCK_MONOTONIC, &limit);
    if (answer == ETIMEDOUT) return Waited::nothing;
    if (answer == EDEADLK) return fail(Errc::already_in_progress, EDEADLK);
    return taken(memory, answer);
}

bool Mutex::unlock() noexcept { return ::pthread_mutex_unlock(&shared(memory_).mutex) == 0; }

std::atomic<Guarded>& Mutex::guarded() noexcept { return shared(memory_).guarded; }

}  // namespace pier::sys
