// What every leaf awaiter shares: it is the operation, it suspends the task in it.
#pragma once

#include <pier/detail/handle.hpp>
#include <pier/loop.hpp>
#include <pier/spi/operation.hpp>

#include <concepts>
#include <coroutine>

namespace pier::spi {

// What await_suspend() tells the compiler: whether the task stays suspended.
[[nodiscard]] constexpr bool is_parked(Progress started) noexcept { return started == Progress::parked; }

// Op derives from Operation. The deadline is an argument of the call that makes the awaiter: GCC 12 copies immovable
// awaiters in chained calls.
template <class Op>
class Awaiter : public Op {
public:
    template <class... Arguments>
    explicit Awaiter(Deadline limit, Arguments&&... arguments) noexcept : Op(std::forward<Arguments>(arguments)...) {
        this->set_deadline(limit);
    }

    bool await_ready() const noexcept { return false; }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        return is_parked(enter(handle).start(*this, this->take_deadline()));
    }
    // Of operations that say no more than whether they succeeded; others have one of their own.
    Result<void> await_resume() const noexcept {
        if (this->error.condition != Errc::ok) [[unlikely]]
            return std::unexpected(this->error);
        return {};
    }

protected:
    // For what is known without a start; as await_suspend(). Never await_ready(): that
    // passes the loop, so a task that does nothing else would starve the others, and no cancel would reach it.
    template <class P>
    bool end_at_once(std::coroutine_handle<P> handle, Error result = {}) noexcept {
        Loop& loop = enter(handle);
        (void)this->take_deadline();
        return is_parked(loop.end_at_once(*this, result));
    }
    // The task suspends in this operation.
    template <class P>
    Loop& enter(std::coroutine_handle<P> handle) noexcept {
        require(this->stage == Stage::idle, "an operation was awaited twice");
        Context& task = *handle.promise().context;
        this->context = &task;
        task.leaf = handle;
        return *task.loop;
    }
};

// An operation on a socket. It looks at the handle when it is awaited, not when it is made: by then the socket may be
// closed, and its descriptor another one's. It starts on the socket's loop, which refuses the tasks of others.
template <class Op>
class SocketAwaiter : public Awaiter<Op> {
public:
    using Awaiter<Op>::Awaiter;

    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop* loop = reach(handle);
        return loop != nullptr ? is_parked(loop->start(*this, this->take_deadline())) : this->start_closed();
    }

protected:
    // The task suspends in this operation, on the socket's loop. Null when the handle holds nothing.
    template <class P>
    Loop* reach(std::coroutine_handle<P> handle) noexcept {
        this->enter(handle);
        const Handle& from = *this->holder;
        Loop* loop = from.loop();
        this->descriptor = from.descriptor();
        return loop;
    }
    // For that case; as await_suspend().
    bool start_closed() { return is_parked(Loop::start_closed(*this, this->take_deadline())); }
};

}  // namespace pier::spi
