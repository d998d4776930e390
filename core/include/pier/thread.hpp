// Threads with what std::thread lacks: a name, the size of the stack, a place to run, and an end that is waited for up
// to a deadline.
#pragma once

#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pier {

struct ThreadOptions {
    // For debuggers and lists of threads; Linux shows the first 15 bytes. Empty: what the system makes of it.
    std::string name = {};
    // In bytes of address space, rounded up to what the system can have, at most Thread::largest_stack; 0: the system's
    // default (8 MiB on Linux, 1 MiB on Windows). Memory is taken as the thread comes to need it.
    std::size_t stack = 0;
    // Where it may run, by the system's numbers from 0; none: wherever the thread that starts it may.
    std::vector<unsigned> processors = {};
};

// A thread. For example
//   auto hashing = Thread::start([&] { digest = hash(file); }, {.name = "hashing", .stack = 256 << 10});
//   auto ended = co_await hashing->join(after(10s));
//
// Move-only; one that was moved from can only be assigned to. It is joined before it goes, or the program ends with a
// sentence: a thread that nobody waits for may use what has gone. An exception that leaves the body ends the program by
// std::terminate, as std::thread's does; hand results and errors over in what the body refers to.
class Thread {
public:
    static constexpr std::size_t largest_stack = std::size_t{1} << 30;

    // Runs `body` on a new thread. BLOCKS until the thread has its place where the options give it one. Errors, and
    // then `body` is gone and has not run: invalid_argument for a stack that is too large, a NUL in the name, a
    // processor that does not exist or that this process may not use; not_supported for processors of several groups
    // (Windows); too_many_processes, not_enough_memory. Throws std::bad_alloc; likewise.
    [[nodiscard]] static Result<Thread> start(std::move_only_function<void()> body, const ThreadOptions& options = {});
    Thread(Thread&& other) noexcept;
    Thread& operator=(Thread&& other) noexcept;
    ~Thread();

    // Until a join has succeeded.
    [[nodiscard]] bool joinable() const noexcept;

    // Waits for its end: the body has returned and is destroyed. Then the thread is gone, for which a join waits
    // without a limit where thread_local objects of the thread have long destructors. On any loop, any thread; several
    // may wait, and each hears of the end. The Thread may be moved meanwhile. Success, too, when it was joined before.
    // Errors: timed_out and operation_canceled, and the thread goes on. Throws std::bad_alloc.
    [[nodiscard]] Task<Result<void>> join(Deadline deadline = {}) const;
    // The same without a loop. BLOCKS. Not on the thread itself. Errors: timed_out.
    [[nodiscard]] Result<void> join_here(Deadline deadline = {}) const;

private:
    struct State;
    explicit Thread(std::shared_ptr<State> state) noexcept;

    std::shared_ptr<State> state_;
};

// The same for the thread that calls, whoever has started it. Errors as those of start().
[[nodiscard]] Result<void> name_this_thread(std::string_view name);
[[nodiscard]] std::string name_of_this_thread();
[[nodiscard]] Result<void> pin_this_thread(std::span<const unsigned> processors);
// Where it may run now, in ascending order: the first thread's are those of the process. Throws std::bad_alloc.
[[nodiscard]] Result<std::vector<unsigned>> processors_of_this_thread();

}  // namespace pier
