// Calls on threads of their own: one that has not begun when its waiter goes is never made.
#include "../../support/semaphore.hpp"
#include "harness.hpp"

#include <pier/detail/offload.hpp>
#include <pier/resolve.hpp>

#include <atomic>

using namespace contract;

namespace {

// As the header promises.
constexpr int most_running = 4;
constexpr int most_waiting = 1024;

class Call : public pier::spi::Job {
public:
    explicit Call(std::function<void()> function) : function_(std::move(function)) {}

private:
    void work() noexcept override { function_(); }
    std::function<void()> function_;
};

class Made : public pier::spi::JobAwaiter {
public:
    Made(std::function<void()> function, pier::Deadline patience)
        : JobAwaiter(patience, std::make_shared<Call>(std::move(function))) {}
    pier::Result<void> await_resume() const noexcept {
        if (error.condition != Errc::ok) return std::unexpected(error);
        return {};
    }
};

}  // namespace

TEST_CASE("offload: a call whose waiter has gone is never made, and gives its place back at once") {
    support::Semaphore begun;
    support::Semaphore gate;
    std::atomic<int> given_up{0};
    std::atomic<int> made{0};
    on_loop([&]() -> Task<void> {
        auto hold = [&]() -> Task<void> {
            auto held = co_await Made([&] { begun.release(), gate.acquire(); }, limit());
            CHECK(outcome(held) == Errc::ok);
        };
        auto give_up = [&]() -> Task<void> {
            auto ended = co_await Made([&] { ++given_up; }, limit());
            CHECK(outcome(ended) == Errc::operation_canceled);
        };
        auto wait = [&]() -> Task<void> {
            auto ended = co_await Made([&] { ++made; }, limit());
            CHECK(outcome(ended) == Errc::ok);
        };
        pier::TaskScope holding;
        for (int i = 0; i < most_running; ++i) holding.spawn(hold());
        co_await turns();
        // Every thread is taken. Look-ups of cases before this one may keep it a moment.
        for (int i = 0; i < most_running; ++i) CHECK(begun.try_acquire_for(10s * settings().patience));

        pier::TaskScope leaving;
        for (int i = 0; i < most_waiting; ++i) leaving.spawn(give_up());
        co_await turns();
        auto refused = co_await Made([&] { ++given_up; }, limit());
        CHECK(outcome(refused) == Errc::too_many_jobs);
        // Who asks for a name need not know why there is no answer.
        auto unresolved = co_await pier::resolve("localhost", "7000", pier::Family::unspecified, limit());
        CHECK(outcome(unresolved) == Errc::temporary_resolver_failure);
        leaving.cancel();
        auto left = co_await leaving.join(limit());
        CHECK(outcome(left) == Errc::ok);
        auto late = co_await Made([&] { ++given_up; }, after(0ns));
        CHECK(outcome(late) == Errc::timed_out);

        pier::TaskScope staying;
        for (int i = 0; i < most_waiting; ++i) staying.spawn(wait());
        co_await turns();
        for (int i = 0; i < most_running; ++i) gate.release();
        auto held = co_await holding.join(limit());
        CHECK(outcome(held) == Errc::ok);
        auto stayed = co_await staying.join(limit());
        CHECK(outcome(stayed) == Errc::ok);
    });
    CHECK(made.load() == most_waiting);
    CHECK(given_up.load() == 0);
}
