// Blocking or long work on a worker thread, while the loop goes on.
#pragma once

#include <pier/detail/offload.hpp>
#include <pier/result.hpp>
#include <pier/task/spawned.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace pier {

namespace spi {

template <class F>
class FunctionJob : public Job {
public:
    using Value = std::invoke_result_t<F&>;
    using Kept = std::conditional_t<std::is_void_v<Value>, std::monostate, Value>;

    explicit FunctionJob(F function) : function_(std::move(function)) {}

    // On the loop's thread, after the work.
    typename Waited<Value>::type take() {
        if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
        if constexpr (std::is_void_v<Value>) {
            return {};
        } else {
            return std::move(*value_);
        }
    }

private:
    void work() noexcept override {
        try {
            if constexpr (std::is_void_v<Value>) {
                function_();
            } else {
                value_.emplace(function_());
            }
        } catch (...) {
            exception_ = std::current_exception();
        }
    }

    F function_;
    std::optional<Kept> value_;
    std::exception_ptr exception_;
};

template <class F>
class WorkerAwaiter : public JobAwaiter {
public:
    WorkerAwaiter(Deadline limit, std::shared_ptr<FunctionJob<F>> job) noexcept
        : JobAwaiter(limit, job), job_(std::move(job)) {}
    auto await_resume() -> typename Waited<std::invoke_result_t<F&>>::type {
        if (error) return std::unexpected(error);
        return job_->take();
    }

private:
    std::shared_ptr<FunctionJob<F>> job_;
};

}  // namespace spi

// Calls `function` on one of the process's worker threads, four of them, which resolve() uses, too:
//   auto work = [bytes = std::move(bytes)] { return sha256(bytes); };
//   auto digest = co_await on_worker(std::move(work));
// (GCC 12 destroys twice what a lambda has captured by value, when the lambda is written inside of the co_await; so it
// stands in front of it.)
// Gives its result (a Result stays one, void becomes Result<void>), or rethrows its exception on the loop's thread.
// Errors besides: too_many_jobs when 1,024 wait already, timed_out, operation_canceled, not_enough_memory. After a
// deadline or a cancel a call that runs goes on, and its result is dropped: so the function has to own what it uses,
// and goes on the worker's thread then. A
// call that has not begun by then is never made. Throws std::bad_alloc. Not in a child that was forked without exec:
// it has no worker threads.
template <std::invocable F>
[[nodiscard]] spi::WorkerAwaiter<std::decay_t<F>> on_worker(F&& function, Deadline deadline = {}) {
    using Job = spi::FunctionJob<std::decay_t<F>>;
    return {deadline, std::make_shared<Job>(std::forward<F>(function))};
}

}  // namespace pier
