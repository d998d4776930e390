// What a loop does without a socket: posts, sleeps, tasks.
#include "../support/semaphore.hpp"
#include "../unit/sanitizer.hpp"
#include "scenario.hpp"

#include <pier/scope.hpp>
#include <pier/sleep.hpp>
#include <pier/sync/event.hpp>

#include <atomic>
#include <thread>

namespace alloc {
namespace {

using namespace std::chrono_literals;
using pier::after;
using pier::Task;

struct SetEvent : pier::Post {
    explicit SetEvent(pier::Event& e) noexcept : event(e) {
        run = [](pier::Post& post) noexcept { static_cast<SetEvent&>(post).event.set(); };
    }
    pier::Event& event;
};

Task<void> posts_of_its_own() {
    Measure measure("posts of a prepared Post by the loop's own thread", 10'000);
    pier::Event event;
    SetEvent post(event);
    for (int i = 0; i < measure.rounds(); ++i) {
        measure.round(i);
        pier::this_loop().post(post);
        expect(co_await event.wait(), "waiting for a post");
        event.reset();
    }
    measure.end();
}

Task<void> posts_of_another_thread() {
    Measure measure("posts of a prepared Post by another thread", 10'000);
    pier::Event event;
    SetEvent post(event);
    support::Semaphore asked;
    pier::Loop& loop = pier::this_loop();
    std::thread other([&, rounds = measure.rounds()] {
        for (int i = 0; i < rounds; ++i) {
            asked.acquire();
            loop.post(post);
        }
    });
    for (int i = 0; i < measure.rounds(); ++i) {
        measure.round(i);
        asked.release();
        expect(co_await event.wait(), "waiting for another thread's post");
        event.reset();
    }
    measure.end();
    other.join();
}

Task<void> sleeper(int rounds) {
    for (int i = 0; i < rounds; ++i) expect(co_await pier::sleep(after(0ns)), "sleeping");
}

// A sleep of no time ends at the next millisecond, so a hundred tasks sleep at once.
Task<void> sleeps() {
    constexpr int sleepers = 100;
    pier::TaskScope scope;
    Measure measure("sleeps", 10'000);
    for (int i = 0; i < sleepers; ++i) scope.spawn(sleeper(measure.rounds() / sleepers));
    // This one is among them, a turn or two ahead: its rounds are those of each of the others.
    for (int i = 0; i < measure.rounds() / sleepers; ++i) {
        measure.round(i * sleepers);
        expect(co_await pier::sleep(after(0ns)), "sleeping");
    }
    expect(co_await scope.join(), "joining sleepers");
    measure.end();
}

Task<void> nothing(int& ran) {
    ++ran;
    co_return;
}

// A task and its context.
constexpr std::uint64_t heap_per_spawn = unit::frames_from_heap ? 2 : 0;

Task<void> spawns() {
    constexpr int times = 1'000;
    Measure measure("tasks spawned and joined", times, heap_per_spawn * times);
    int ran = 0;
    for (int i = 0; i < measure.rounds(); ++i) {
        measure.round(i);
        pier::TaskScope scope;
        scope.spawn(nothing(ran));
        expect(co_await scope.join(), "joining");
    }
    measure.end();
    if (ran != measure.rounds()) give_up("counting tasks", {pier::Errc::unexpected, 0});
}

Task<int> child(int n) { co_return n; }

Task<void> awaits() {
    constexpr int times = 10'000;
    Measure measure("tasks awaited", times, unit::frames_from_heap ? times : 0);
    int sum = 0;
    for (int i = 0; i < measure.rounds(); ++i) {
        measure.round(i);
        sum += co_await child(1);
    }
    measure.end();
    if (sum != measure.rounds()) give_up("counting tasks", {pier::Errc::unexpected, 0});
}

}  // namespace

void loop_alone(const pier::EngineInfo& engine) {
    make_loop(engine)->run(posts_of_its_own());
    make_loop(engine)->run(posts_of_another_thread());
    make_loop(engine)->run(sleeps());
    make_loop(engine)->run(spawns());
    make_loop(engine)->run(awaits());
}

}  // namespace alloc
