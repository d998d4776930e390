// The micro benchmarks, the same for every library. A library brings two adapters:
//
//   struct Timers {                            // `count` timers on one loop
//     explicit Timers(int count);
//     void start(int index, unsigned ms);      // calls bench::timer_fired() when it expires
//     void cancel(int index);
//     void run();                              // until no timer is active
//     static constexpr std::size_t bytes;      // of one timer
//   };
//   struct Mailbox {                           // a loop that runs tasks posted from any thread
//     void post(bench::Task& task);            // the task lives until it has run
//     void run();                              // on the calling thread, until stop()
//     void stop();                             // on the loop's thread, from a task
//   };
//
// Lines are "library what nanoseconds ns".
#pragma once
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

namespace bench {

struct Task {
    void (*function)(void*) = nullptr;
    void* argument = nullptr;
    Task* next = nullptr;  // for mailboxes that link tasks
};

inline constexpr int timer_count = 1'000'000;
inline constexpr int post_count = 1'000'000;
inline constexpr int round_trips = 50'000;

inline std::uint64_t timers_fired = 0;
inline void timer_fired() { ++timers_fired; }

inline double clock_ns(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}
inline double thread_ns() { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }
inline double wall_ns() { return clock_ns(CLOCK_MONOTONIC); }

inline void pin_thread(unsigned core) {
    if (core >= std::thread::hardware_concurrency()) return;
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    ::pthread_setaffinity_np(::pthread_self(), sizeof cores, &cores);
}

inline void report(const char* library, const char* what, double ns, int count) {
    std::printf("%s %s %.1f ns\n", library, what, ns / count);
    std::fflush(stdout);
}

[[noreturn]] inline void wrong(const char* library, const char* what) {
    std::fprintf(stderr, "%s: %s\n", library, what);
    std::exit(1);
}

// The same delays for every library.
class Delays {
public:
    unsigned within_a_second() { return 1 + next() % 1000; }
    unsigned far_away() { return 10'000 + next() % 60'000; }

private:
    std::uint32_t next() {
        state_ ^= state_ << 13;
        state_ ^= state_ >> 17;
        state_ ^= state_ << 5;
        return state_;
    }
    std::uint32_t state_ = 2463534242U;
};

// Start, fire and cancel of a million timers, in CPU time.
template <class Timers>
void measure_timers(const char* library) {
    pin_thread(0);
    auto timers = std::make_unique<Timers>(timer_count);
    Delays delays;
    timers_fired = 0;

    const double begin = thread_ns();
    for (int i = 0; i < timer_count; ++i) timers->start(i, delays.within_a_second());
    const double started = thread_ns();
    report(library, "timer_start", started - begin, timer_count);
    timers->run();
    report(library, "timer_fire", thread_ns() - started, timer_count);
    if (timers_fired != timer_count) wrong(library, "not every timer fired once");

    const double begin_far = thread_ns();
    for (int i = 0; i < timer_count; ++i) timers->start(i, delays.far_away());
    const double started_far = thread_ns();
    report(library, "timer_start_far", started_far - begin_far, timer_count);
    // In an order unlike that of the starts; the factor is prime to the count, so each is met once.
    for (std::int64_t i = 0; i < timer_count; ++i) timers->cancel(static_cast<int>(i * 7919 % timer_count));
    report(library, "timer_cancel", thread_ns() - started_far, timer_count);
    timers->run();
    if (timers_fired != timer_count) wrong(library, "a cancelled timer fired");
    std::printf("%s timer_size %zu bytes\n", library, Timers::bytes);
}

struct PostTimes {
    double total;     // until the last task has run
    double producer;  // until the last task is posted
};

template <class Mailbox>
PostTimes time_posts() {
    Mailbox mailbox;
    struct State {
        Mailbox* mailbox;
        int left = post_count;
    } state{&mailbox};
    const auto run_one = [](void* argument) {
        auto& reached = *static_cast<State*>(argument);
        if (--reached.left == 0) reached.mailbox->stop();
    };
    std::vector<Task> tasks;
    double begin = 0;
    double produced = 0;
    std::thread producer([&] {
        pin_thread(1);
        tasks.assign(post_count, Task{run_one, &state});
        begin = wall_ns();
        for (Task& task : tasks) mailbox.post(task);
        produced = wall_ns();
    });
    mailbox.run();
    const double end = wall_ns();
    producer.join();
    return {end - begin, produced - begin};
}

// A million tasks made and posted on another core. How much the two cores get in each other's way varies by a factor
// from run to run, so this is the median of several.
template <class Mailbox>
void measure_posts(const char* library) {
    pin_thread(0);
    std::array<PostTimes, 9> runs;
    for (PostTimes& run : runs) run = time_posts<Mailbox>();
    std::ranges::sort(runs, {}, &PostTimes::total);
    const PostTimes& median = runs[runs.size() / 2];
    report(library, "post_producer", median.producer, post_count);
    report(library, "post_total", median.total, post_count);
}

// Two loops on two cores that wake each other in turn.
template <class Mailbox>
void measure_wakes(const char* library) {
    pin_thread(0);
    struct Pair {
        Mailbox near, far;
        Task ping, pong, stop_far;
        int left = round_trips;
    } pair;
    pair.ping = {[](void* argument) {
                     auto& reached = *static_cast<Pair*>(argument);
                     reached.near.post(reached.pong);
                 },
                 &pair};
    pair.pong = {[](void* argument) {
                     auto& reached = *static_cast<Pair*>(argument);
                     if (--reached.left > 0) return reached.far.post(reached.ping);
                     reached.far.post(reached.stop_far);
                     reached.near.stop();
                 },
                 &pair};
    pair.stop_far = {[](void* argument) { static_cast<Pair*>(argument)->far.stop(); }, &pair};
    std::thread far([&] {
        pin_thread(1);
        pair.far.run();
    });
    const double begin = wall_ns();
    pair.far.post(pair.ping);
    pair.near.run();
    const double end = wall_ns();
    far.join();
    report(library, "wake_round_trip", end - begin, round_trips);
}

}  // namespace bench
