// A limit in time for what has none of its own.
#pragma once

#include <pier/scope.hpp>
#include <pier/task.hpp>
#include <pier/task/race.hpp>
#include <pier/task/with_scope.hpp>
#include <pier/time.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace pier {

namespace spi {

template <class T>
Task<T> run_with_deadline(Task<T> task, Deadline deadline) {
    std::optional<T> value;
    std::exception_ptr exception;
    auto run = [&]() -> Task<void> {
        try {
            value.emplace(co_await std::move(task));
        } catch (...) {
            exception = std::current_exception();
        }
    };
    TaskScope scope;
    scope.spawn(run());
    // From here on nothing allocates: the task is alive.
    auto joined = co_await scope.join(deadline);
    const bool in_time = joined || joined.error() == Errc::operation_canceled;
    if (!in_time) {
        scope.cancel();
        (void)co_await scope.join();
    }
    if (exception) std::rethrow_exception(exception);
    const bool was_ended = !in_time && !*value && value->error() == Errc::operation_canceled;
    if (was_ended) co_return fail(joined.error());
    co_return std::move(*value);
}

}  // namespace spi

// Runs it as a task of its own, until the deadline: then it is cancelled, its end is waited for, and where it has ended
// as operation_canceled the result is timed_out (not_enough_memory where there is none to wait for the deadline). What
// it had come to by then is its result in any case, so nothing is lost. For what is made of several operations, which
// share the time:
//   auto answer = co_await with_deadline(ask(peer, question), after(10s));
// Single operations take a deadline themselves. It gives a Result<T>. A task is moved into it. What is no Task is used
// in place, so it must be awaited in the expression that makes it. When the awaiting task is cancelled, so is it; its
// exception is rethrown. Throws std::bad_alloc, and it has not begun.
template <class A>
requires(spi::is_result<spi::Awaited<A>>) [[nodiscard]] auto with_deadline(A&& awaitable, Deadline deadline) {
    return spi::run_with_deadline(spi::as_task(std::forward<A>(awaitable)), deadline);
}

}  // namespace pier
