// Threads with what std::thread can't say: how large their stacks are.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

namespace pier::sys {

// Move-only. It is joined before it goes.
class Thread {
public:
    // Runs `body`, which must not throw, on a new thread. `stack`: its size in bytes, rounded up to what the system
    // can have; 0: the system's default. It is address space (pthread_attr_setstacksize; on Windows _beginthreadex with
    // STACK_SIZE_PARAM_IS_A_RESERVATION): memory is taken as the thread comes to need it. Errors: too_many_processes,
    // not_enough_memory; throws std::bad_alloc. In both cases `body` is gone and has not run.
    [[nodiscard]] static Result<Thread> start(std::size_t stack, std::move_only_function<void()> body);

    Thread() = default;
    Thread(Thread&& other) noexcept : handle_(std::exchange(other.handle_, none)) {}
    Thread& operator=(Thread&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Thread();

    [[nodiscard]] bool joinable() const noexcept { return handle_ != none; }
    // Blocks until the thread has ended. It must be joinable, and not the calling one.
    void join() noexcept;

private:
    static constexpr std::uintptr_t none = 0;  // no pthread_t of a living thread, no handle
    explicit Thread(std::uintptr_t handle) noexcept : handle_(handle) {}

    std::uintptr_t handle_ = none;
};

}  // namespace pier::sys
