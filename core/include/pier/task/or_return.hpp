// Errors to the caller without an `if` at each step.
#pragma once

#include <pier/result.hpp>
#include <pier/task.hpp>

#include <concepts>
#include <coroutine>
#include <expected>
#include <type_traits>
#include <utility>

namespace pier {

// What or_return() gives to await. Ready where there is a value, so that a task without an error never suspends in it.
// It refers to the result, which is a temporary of the same expression: a copy would cost its size in the frame. `R` is
// the result's type, const for one that stays the caller's.
template <class R>
class OrReturn {
public:
    using awaits_task = void;  // whoever waits for this task goes on when it has left

    explicit OrReturn(R& result) noexcept : result_(result) {}

    bool await_ready() const noexcept { return result_.has_value(); }
    // The task ends here with the error as its result. Its locals go with its frame: when its scope notices the end, or
    // with the Task that was awaited. So a Task that has a name keeps the locals, a lock say, for as long.
    template <std::derived_from<spi::PromiseBase> P>
    void await_suspend(std::coroutine_handle<P> handle) {
        if constexpr (std::is_const_v<R>) {
            handle.promise().return_value(std::unexpected(result_.error()));
        } else {
            handle.promise().return_value(std::unexpected(std::move(result_.error())));
        }
        handle.promise().end();
    }
    typename R::value_type await_resume() {
        if constexpr (std::is_void_v<typename R::value_type>) {
            return;
        } else if constexpr (std::is_const_v<R>) {
            return *result_;
        } else {
            return std::move(*result_);
        }
    }

private:
    R& result_;
};

// In a Task<Result<U>>:
//   auto chunk = co_await or_return(co_await peer.receive());
// gives the value, or ends this task with the error as its result. To be awaited where it is made. With live tasks in a
// TaskScope of this frame it is as wrong as a co_return: the scope has to be joined first; with_scope() does so.
template <class T, class E>
[[nodiscard]] OrReturn<std::expected<T, E>> or_return(std::expected<T, E>&& result) noexcept {
    return OrReturn<std::expected<T, E>>(result);
}
// The same of a variable: its value is copied.
template <class T, class E>
[[nodiscard]] OrReturn<const std::expected<T, E>> or_return(const std::expected<T, E>& result) noexcept {
    return OrReturn<const std::expected<T, E>>(result);
}

}  // namespace pier
