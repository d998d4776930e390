// Mutexes that processes share.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/ipc/creation.hpp>
#include <pier/ipc/name.hpp>
#include <pier/result.hpp>
#include <pier/sys/ipc/interrupt.hpp>
#include <pier/sys/ipc/memory.hpp>
#include <pier/sys/ipc/semaphore.hpp>
#include <pier/time.hpp>

#include <atomic>
#include <cstdint>

namespace pier::sys {

// What is known of the state that a mutex protects. Its word lies in memory that all processes share, and is written by
// the owner of the mutex alone. All zero at the start.
enum class Guarded : std::uint32_t {
    consistent,
    owner_died,  // and nobody has made it consistent yet
    unusable,    // nobody has, for good
};
static_assert(std::atomic<Guarded>::is_always_lock_free);

class Mutex {
public:
    // Errors as those of NamedMutex say.
    [[nodiscard]] static Result<Mutex> create(const IpcName& name, IpcCreation creation);
    [[nodiscard]] static Result<Mutex> open(const IpcName& name);
    [[nodiscard]] static Result<void> remove(const IpcName& name);

    Mutex(Mutex&& other) noexcept : memory_(std::exchange(other.memory_, {})), handle_(std::move(other.handle_)) {}
    Mutex& operator=(Mutex&&) = delete;
    ~Mutex() { unmap(memory_); }

    // `nothing` when somebody has it, this thread included. Where its owner has died, `guarded()` says so afterwards.
    [[nodiscard]] Result<Waited> try_lock() noexcept;
    // BLOCKS until then. The interrupt may be null. Errors: already_in_progress when this thread has it.
    [[nodiscard]] Result<Waited> lock(Time until, const Interrupt* interrupt) noexcept;
    // On the thread that locked it: elsewhere it is false, and nothing is done.
    [[nodiscard]] bool unlock() noexcept;
    // The owner's.
    [[nodiscard]] std::atomic<Guarded>& guarded() noexcept;

private:
    Mutex(Mapping&& memory, SystemHandle handle) noexcept : memory_(std::move(memory)), handle_(std::move(handle)) {}

    Mapping memory_;       // POSIX: with the mutex itself
    SystemHandle handle_;  // Windows: the mutex
};

}  // namespace pier::sys
