// A TaskScope that is always joined.
#pragma once

#include <pier/scope.hpp>
#include <pier/task.hpp>

#include <concepts>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace pier {

namespace spi {

template <class T>
inline constexpr bool is_result = false;
template <class T, class E>
inline constexpr bool is_result<std::expected<T, E>> = true;

// What the tasks of a with_scope() share.
struct ScopeEnd {
    explicit ScopeEnd(TaskScope& of) noexcept : scope(of) {
        scope.on_exception(
            [](void* end, const std::exception_ptr& thrown) noexcept { static_cast<ScopeEnd*>(end)->fail(thrown); },
            this);
    }
    void fail(const std::exception_ptr& thrown) noexcept {
        if (!exception) exception = thrown;
        scope.cancel();
    }
    TaskScope& scope;
    std::exception_ptr exception;
};

}  // namespace spi

// Runs `body(scope)`, a coroutine that may spawn tasks into the scope, and ends when the body and all of these have
// ended, whatever happens: no task outlives the call.
//   auto both = [&](TaskScope& scope) -> Task<Result<int>> { ... };
//   auto answer = co_await with_scope(both, after(10s));
// (GCC 12 destroys twice what a lambda has captured by value, when the lambda is written inside of the co_await.) The
// scope is joined by this call: the body may cancel it and spawn into it, but not join it.
// A result of the body that is an error, and an exception of the body or of a task, cancel what is left (but for the
// exception of a task whose Spawned is still held, which goes to who joins that one); the first
// exception is rethrown when all have ended. At the deadline everything is cancelled, and a body that returns a Result
// gives timed_out (not_enough_memory where there is none to wait for the deadline: at once). When the awaiting task is
// cancelled, so are the body and all tasks. `body` is kept until the end, so a lambda's captures may be used
// throughout.
template <class Body>
requires std::invocable<Body&, TaskScope&>
[[nodiscard]] std::invoke_result_t<Body&, TaskScope&> with_scope(Body body, Deadline deadline = {}) {
    using Value = decltype(std::declval<std::invoke_result_t<Body&, TaskScope&>>().operator co_await().await_resume());
    constexpr bool nothing = std::is_void_v<Value>;
    TaskScope scope;
    spi::ScopeEnd end(scope);
    std::optional<std::conditional_t<nothing, std::monostate, Value>> value;
    auto run = [&]() -> Task<void> {
        if constexpr (nothing) {
            co_await body(scope);
        } else {
            value.emplace(co_await body(scope));
            if constexpr (spi::is_result<Value>) {
                if (!*value) scope.cancel();
            }
        }
    };
    scope.spawn(run());
    // From here on nothing allocates: the tasks are alive.
    auto joined = co_await scope.join(deadline);
    const bool in_time = joined || joined.error() == Errc::operation_canceled;
    if (!in_time) {
        scope.cancel();
        (void)co_await scope.join();
    }
    if (end.exception) std::rethrow_exception(end.exception);
    if constexpr (spi::is_result<Value>) {
        if (!in_time) co_return fail(joined.error());
    }
    if constexpr (!nothing) co_return std::move(*value);
}

}  // namespace pier
