// Other threads and signal handlers wake a loop: the way to set an Event, add to a Semaphore or look at a queue of
// one's own from anywhere.
#pragma once

#include <pier/loop.hpp>

#include <atomic>
#include <cstddef>
#include <functional>

namespace pier {

// Calls a function on a loop's thread. For example
//   pier::Event done;
//   pier::Notifier finished(loop, [&](std::size_t) { done.set(); });
//   ... finished.notify();  // on any thread
// and with `[&](std::size_t times) { permits.add(times); }` for a Semaphore.
class Notifier {
public:
    // `times`: how often notify() has been called since the last call of the function; at least 1. It must not throw.
    using Function = std::move_only_function<void(std::size_t times)>;

    // The function runs on the thread of `loop`, which must live longer. Throws std::bad_alloc.
    Notifier(Loop& loop, Function function);
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;
    // On the loop's thread, also from inside of the function, or while the loop runs nowhere; no thread may be inside
    // of notify(). The function is not called any more.
    ~Notifier();

    // Any thread, and async-signal-safe: it takes no lock and allocates nothing. Several calls before the function runs
    // make one call of it, with their number.
    void notify() noexcept;

private:
    struct State : Post {
        explicit State(Loop& to, Function what) noexcept : loop(to), function(std::move(what)) {}
        Loop& loop;
        std::atomic<std::size_t> times{0};  // not 0: it is on its way to the loop
        Function function;
        // The loop's thread alone.
        bool runs = false;      // inside of the function
        bool orphaned = false;  // the Notifier has gone
    };
    static void arrived(Post& post) noexcept;

    State* state_;
};

}  // namespace pier
