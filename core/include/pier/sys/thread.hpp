// Threads with what std::thread can't say: how large their stacks are, what they are called, where they run.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace pier::sys {

// Move-only. It is joined before it goes.
class Thread {
public:
    // Runs `body`, which must not throw, on a new thread. `stack`: its size in bytes, rounded up to what the system
    // can have; 0: the system's default. It is address space (pthread_attr_setstacksize; on Windows _beginthreadex with
    // STACK_SIZE_PARAM_IS_A_RESERVATION): memory is taken as the thread comes to need it. Errors: invalid_argument for
    // more than largest_stack; too_many_processes, not_enough_memory; throws std::bad_alloc. In all cases `body` is
    // gone and has not run.
    static constexpr std::size_t largest_stack = std::size_t{1} << 30;
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

// What debuggers and lists of threads call the calling thread. Linux shows its first 15 bytes, cut between characters.
// Errors: invalid_argument for a NUL in it, and on Windows for what is no UTF-8; not_supported on a Windows that has no
// names; what the system says. Throws std::bad_alloc.
[[nodiscard]] Result<void> name_this_thread(std::string_view name);
// Empty where nobody has given it one (on Linux a new thread has the name of the one that started it). Throws
// std::bad_alloc.
[[nodiscard]] std::string name_of_this_thread();

// Where the calling thread may run from now on: processors by the system's numbers, from 0 (on Windows those of the
// first group come first). Errors: invalid_argument for none, for one that does not exist or that this process may not
// use; not_supported for processors of several groups (Windows). Nothing has changed then. Throws std::bad_alloc.
[[nodiscard]] Result<void> pin_this_thread(std::span<const unsigned> processors);
// Where it may run now, in ascending order. Errors: what the system says. Throws std::bad_alloc.
[[nodiscard]] Result<std::vector<unsigned>> processors_of_this_thread();

}  // namespace pier::sys
