// Structured concurrency: tasks that live no longer than their scope.
#pragma once

#include <pier/detail/awaiter.hpp>
#include <pier/loop.hpp>
#include <pier/task.hpp>
#include <pier/task/spawned.hpp>

#include <cstddef>
#include <exception>

namespace pier {

// Made on a loop's thread, inside a task, for that loop; confined to it. Join it before it goes: its destructor aborts
// while tasks are alive, because they point into the frames around it. An exception that passes it then aborts, too.
// So put what may throw into a try block, cancel in its handler, and join after it; or use with_scope().
class TaskScope {
public:
    TaskScope() noexcept;
    TaskScope(const TaskScope&) = delete;
    TaskScope& operator=(const TaskScope&) = delete;
    ~TaskScope();

    // Starts the task in the loop's next step, with an inline budget of its own. What it gives is for those who want
    // the task's result; where it is dropped, so is the result, and an exception that leaves the task is kept (the
    // first one) and rethrown by join(), unless on_exception() says otherwise. After cancel() the task still starts,
    // and its first operation ends as canceled. Throws std::bad_alloc, and the task is gone.
    template <class T>
    Spawned<T> spawn(Task<T> task) {
        auto handle = task.release();
        start(handle, handle.promise());
        return Spawned<T>(handle.promise());
    }

    // From now on an exception that leaves a task is not kept: `handler` gets it, with `context`, on the loop's thread
    // when the task's frame has gone. For scopes of strangers, of whom none may end the others.
    using ExceptionHandler = void (*)(void* context, const std::exception_ptr& exception) noexcept;
    void on_exception(ExceptionHandler handler, void* context) noexcept {
        handler_ = handler;
        handler_context_ = context;
    }

    // From now on `handler` is called with `context` on the loop's thread whenever a task has ended and its frame has
    // gone. It must not throw, and must not spawn.
    using EndHandler = void (*)(void* context) noexcept;
    void on_end(EndHandler handler, void* context) noexcept {
        end_handler_ = handler;
        end_context_ = context;
    }

    // Asks every task to end: operations that are pending end as operation_canceled (or with the result that won the
    // race), and so do those that are started later, but for those under a Shield. Idempotent.
    void cancel() noexcept;
    [[nodiscard]] bool cancelled() const noexcept { return cancelled_; }

    // How many tasks are alive.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    class JoinAwaiter;
    // Waits until the last task has ended, and those that were spawned before the awaiting task goes on. At the
    // deadline it gives up waiting with timed_out, the tasks go on (and an exception is kept for the join that meets
    // their end). When the awaiting task itself is cancelled, it cancels this scope and goes on waiting, then answers
    // operation_canceled; so it does at once where no task is alive. One join at a time.
    [[nodiscard]] JoinAwaiter join(Deadline deadline = {}) noexcept;

private:
    friend class Loop;
    void start(std::coroutine_handle<> root, spi::PromiseBase& promise);
    void ended(spi::Context& context) noexcept;
    // No task is alive. A join that waits is delivered later, and looks again then.
    void end_join() noexcept;

    Loop* loop_;
    spi::Context* first_ = nullptr;
    spi::Operation* joiner_ = nullptr;
    std::exception_ptr exception_;
    ExceptionHandler handler_ = nullptr;
    void* handler_context_ = nullptr;
    EndHandler end_handler_ = nullptr;
    void* end_context_ = nullptr;
    std::size_t size_ = 0;
    int exceptions_;  // under way when it was made
    bool cancelled_ = false;
    bool joiner_cancelled_ = false;
};

class TaskScope::JoinAwaiter : public spi::Awaiter<spi::Operation> {
public:
    JoinAwaiter(TaskScope& scope, Deadline limit) noexcept : Awaiter(limit, spi::Verb::none), scope_(scope) {}
    ~JoinAwaiter() {
        if (scope_.joiner_ == this) scope_.joiner_ = nullptr;
    }
    template <std::derived_from<spi::PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        prepare();
        bool pending = Awaiter::await_suspend(handle);
        if (scope_.size_ == 0) scope_.end_join();
        return pending;
    }
    Result<void> await_resume();

private:
    friend class Loop;
    void prepare();
    // At the delivery, which is later than the end: whether tasks were spawned meanwhile. Then it is in flight again.
    bool goes_on() noexcept;
    static void stop_waiting(Loop& loop, spi::Operation& op, Error why) noexcept;
    TaskScope& scope_;
};

}  // namespace pier
