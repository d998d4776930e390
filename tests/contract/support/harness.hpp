// What the cases of the contract share: the engine under test, its loops, a second end, and signals between the two
// ends.
#pragma once

#include "bytes.hpp"
#include "outcome.hpp"

#include <pier/listener.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>
#include <pier/sleep.hpp>
#include <pier/stream.hpp>
#include <pier/sync/event.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace contract {

using namespace std::chrono_literals;
using pier::after;
using pier::Errc;
using pier::Task;

// The command line: --engine=NAME (or the environment's PIER_ENGINE), --system=linux|windows|wine-10|wine-8,
// --skips=FILE, --patience=FACTOR, by which everything that is expected to happen may take longer, as it does in an
// emulator.
struct Settings {
    std::string engine;
    std::string system;
    std::string skips;
    int patience = 1;
};
[[nodiscard]] const Settings& settings() noexcept;
[[nodiscard]] inline bool under_wine() noexcept { return settings().system.starts_with("wine"); }
// The old one, which doesn't tell of resets as Windows does.
[[nodiscard]] inline bool under_wine_8() noexcept { return settings().system == "wine-8"; }

// The bound of everything that is expected to happen; the watchdog waits longer.
[[nodiscard]] inline pier::Deadline limit() noexcept { return after(10s * settings().patience); }

[[nodiscard]] const pier::EngineInfo& engine();
// Whether the engine runs a single operation at a time. Two ends then need two threads.
[[nodiscard]] bool one_at_a_time();
// Whether a receive is a try after the engine's word that there is something, and never waits in the system itself.
[[nodiscard]] bool receives_by_trying();

// Whether a send that can't end at once is the system's from then on, which does not promise to tell how much of it it
// has sent when it is cancelled.
[[nodiscard]] bool sends_in_the_system() noexcept;

// Says visibly that the running case can't hold here, and why. What was said is compared with the list of deviations.
void skip(std::string_view reason);
// The same of a case that runs a behaviour which ended outside of its contract, where the list has that outcome. False
// where it has not.
[[nodiscard]] bool deviates(std::string_view outcome);
[[nodiscard]] std::string running_case();

[[nodiscard]] std::unique_ptr<pier::Loop> make_loop();
// Counts in `waits`, which outlives it, how often the loop asks its engine to wait.
[[nodiscard]] std::unique_ptr<pier::Loop> make_counting_loop(std::uint64_t& waits);

// Runs a coroutine on a loop of its own. The body is a lambda, which has to outlive its coroutine.
template <class Body>
auto on_loop(Body body) {
    return make_loop()->run(body());
}

// One end of a case.
using Side = std::function<Task<void>()>;

// Runs both ends to their end: as two tasks of one loop, and (in a second run of the case) on two threads with a loop
// each.
void both(const Side& here, const Side& there);
// A run of a case begins: both() chooses anew.
void begin_run();
// Only on two threads.
void on_two_threads(const Side& here, const Side& there);

// Something that one end does once and the other may wait for, on whatever threads they are. One waiter.
class Signal {
public:
    void set() noexcept;
    // Fails the case when it does not come.
    Task<void> wait();

private:
    // Shared with the posts that are on their way.
    struct State {
        std::mutex mutex;
        bool set = false;
        pier::Loop* loop = nullptr;  // where somebody waits
        pier::Event event;
    };
    std::shared_ptr<State> state_ = std::make_shared<State>();
};

// Where the two ends find each other.
class Meeting {
public:
    explicit Meeting(pier::Family family = pier::Family::ipv4) noexcept
        : Meeting(pier::Endpoint::loopback(family), {}) {}
    Meeting(const pier::Endpoint& endpoint, pier::ListenerOptions options) noexcept
        : endpoint_(endpoint), options_(options) {}

    // Opens the listener and tells the other end.
    [[nodiscard]] pier::Listener listen();
    // The same, and accepts one connection. All three fail the case when they can't.
    Task<pier::Stream> serve();
    Task<pier::Stream> connect();
    // Waits for the listener's name.
    Task<pier::Endpoint> address();

private:
    pier::Endpoint endpoint_;
    pier::ListenerOptions options_;
    Signal open_;
};

// Lets the loop turn: what was spawned or started before has begun by then (whatever the clock says, since timers come
// first in a turn and their sleepers last).
Task<void> turns(int count = 2);
// Resumes in the next turn, at once. Not to be cancelled.
Task<void> next_turn();

// Success, or a failed case.
Task<pier::Stream> accept_from(const pier::Listener& listener);
Task<pier::Stream> connect_to(pier::Endpoint endpoint);
// Sends a byte a turn until it fails, or the time is up.
Task<Errc> send_until_it_fails(const pier::Stream& stream);
// Adds all that is still to come, until the peer has finished.
Task<void> receive_to_end(const pier::Stream& stream, Checksum& sum);

}  // namespace contract
