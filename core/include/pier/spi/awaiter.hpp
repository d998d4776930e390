// What every leaf awaiter shares: it is the operation, it suspends the task in it.
#pragma once

#include <pier/loop.hpp>
#include <pier/spi/operation.hpp>

#include <concepts>
#include <coroutine>

namespace pier::spi {

// Op derives from Operation. The deadline is an argument of the call that makes the awaiter: GCC 12 copies immovable
// awaiters in chained calls.
template <class Op>
class Awaiter : public Op {
public:
    template <class... Arguments>
    explicit Awaiter(Deadline limit, Arguments&&... arguments) noexcept
        : Op(std::forward<Arguments>(arguments)...) {
        this->set_deadline(limit);
    }

    bool await_ready() const noexcept { return false; }
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        return enter(handle).start(*this, this->take_deadline());
    }

protected:
    // The task suspends in this operation.
    template <class P>
    Loop& enter(std::coroutine_handle<P> handle) noexcept {
        Context& task = *handle.promise().context;
        this->context = &task;
        task.leaf = handle;
        return *task.loop;
    }
};

}  // namespace pier::spi
