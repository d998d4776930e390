// Semaphores that processes share.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/ipc/creation.hpp>
#include <pier/ipc/name.hpp>
#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>
#include <pier/sys/ipc/interrupt.hpp>
#include <pier/sys/ipc/memory.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <utility>

namespace pier::sys {

// Of a call that BLOCKS for an object.
enum class Waited : std::uint8_t {
    nothing,  // the time has come, or an interrupt; the object was left alone
    taken,
    owner_died,  // of a mutex: taken, and its owner before had died with it
};

class Semaphore {
public:
    static constexpr std::uint32_t most = 0x7fff'ffff;

    // Errors as those of NamedSemaphore say.
    [[nodiscard]] static Result<Semaphore> create(const IpcName& name, std::uint32_t initial, IpcCreation creation);
    [[nodiscard]] static Result<Semaphore> open(const IpcName& name);
    [[nodiscard]] static Result<void> remove(const IpcName& name);

    Semaphore(Semaphore&& other) noexcept
        : memory_(std::exchange(other.memory_, {})), handle_(std::move(other.handle_)), object_(other.object_) {}
    Semaphore& operator=(Semaphore&&) = delete;
    ~Semaphore() { unmap(memory_); }

    // Errors: count_too_large.
    [[nodiscard]] Result<void> post(std::uint32_t count) noexcept;
    [[nodiscard]] bool try_wait() noexcept;
    // BLOCKS until then. The interrupt may be null.
    [[nodiscard]] Result<Waited> wait(Time until, const Interrupt* interrupt) noexcept;

private:
    Semaphore(Mapping&& memory, SystemHandle handle) noexcept;

    Mapping memory_;       // POSIX: with the semaphore itself
    SystemHandle handle_;  // Windows: the semaphore
    void* object_;         // sem_t*, HANDLE
};

}  // namespace pier::sys
