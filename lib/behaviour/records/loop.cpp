// Posts and timers.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/sleep.hpp>

#include <array>
#include <cstddef>
#include <thread>
#include <vector>

namespace pier::behaviour {
namespace {

constexpr std::size_t threads = 4;
constexpr std::size_t posts = 2500;  // of each thread

// Outlives the steps: posts that come too late still find it.
struct Posted {
    std::array<std::size_t, threads> next{};
    std::size_t count = 0;
    bool in_order = true;
    pier::Event all;
};

pier::Task<Verdict> post_from_threads() {
    auto posted = std::make_shared<Posted>();
    pier::Loop& loop = pier::this_loop();
    std::vector<std::jthread> posters;
    for (std::size_t thread = 0; thread < threads; ++thread) {
        posters.emplace_back([&loop, posted, thread] {
            for (std::size_t i = 0; i < posts; ++i) {
                loop.post([posted, thread, i] {
                    if (posted->next[thread]++ != i) posted->in_order = false;
                    if (++posted->count == threads * posts) posted->all.set();
                });
            }
        });
    }
    auto complete = co_await posted->all.wait(limit);
    if (!complete) co_return Verdict{Outcome::missing, std::to_string(posted->count)};
    co_return Verdict{posted->in_order ? Outcome::works : Outcome::reordered};
}

// A loop with nothing else to do: only the post can wake it, every time.
pier::Task<Verdict> post_wakes() {
    pier::Loop& loop = pier::this_loop();
    for (int rounds = 0; rounds < 200; ++rounds) {
        auto woken = std::make_shared<pier::Event>();
        std::jthread poster([&loop, woken] { loop.post([woken] { woken->set(); }); });
        auto came = co_await woken->wait(limit);
        if (!came) co_return Verdict{Outcome::missing, "in round " + std::to_string(rounds)};
    }
    co_return Verdict{};
}

using Clock = std::chrono::steady_clock;

pier::Task<void> sleeper(std::chrono::milliseconds span, int number, std::vector<int>& order, bool& early) {
    const auto begun = Clock::now();
    (void)co_await pier::sleep(pier::after(span));
    if (Clock::now() - begun < span) early = true;
    order.push_back(number);
}

pier::Task<Verdict> timers_in_order() {
    using std::chrono::milliseconds;
    std::vector<int> order;
    bool early = false;
    pier::TaskScope scope;
    scope.spawn(sleeper(milliseconds(70), 5, order, early));  // beyond the first level of the wheel
    scope.spawn(sleeper(milliseconds(30), 4, order, early));
    scope.spawn(sleeper(milliseconds(20), 2, order, early));
    scope.spawn(sleeper(milliseconds(5), 1, order, early));
    scope.spawn(sleeper(milliseconds(20), 3, order, early));
    scope.spawn(sleeper(milliseconds(0), 0, order, early));
    const bool ended = co_await join(scope);
    if (!ended) co_return Verdict{Outcome::missing};
    if (early) co_return Verdict{Outcome::early};
    co_return Verdict{order == std::vector{0, 1, 2, 3, 4, 5} ? Outcome::works : Outcome::reordered};
}

}  // namespace

std::vector<Behaviour> loop_behaviours() {
    using enum Outcome;
    return {
        {.id = "post-from-thread",
         .question = "Do 10,000 posts of four other threads all run, in the order of each thread?",
         .contract = {works},
         .steps = on_one_loop(post_from_threads),
         .steps_text = {"Four threads post 2500 functions each."},
         .promise = "All run on the loop's thread, in the order of each thread."},
        {.id = "post-wakes",
         .question = "Does a post of another thread wake a loop that sleeps, 200 times over?",
         .contract = {works},
         .steps = on_one_loop(post_wakes),
         .steps_text = {"A loop waits, and another thread posts; 200 times."},
         .promise = "A post wakes the loop, every time.",
         .sources = {"man 2 eventfd"}},
        {.id = "timer-order",
         .question = "Do timers fire in the order of their deadlines, and never early?",
         .contract = {works},
         .steps = on_one_loop(timers_in_order),
         .steps_text = {"Start six sleeps of 0 to 70 ms in another order."},
         .promise = "They end in the order of their deadlines, and never early."},
    };
}

}  // namespace pier::behaviour
