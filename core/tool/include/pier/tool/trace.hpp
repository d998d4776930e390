// What an engine does for a loop, step by step: for a tool that shows it. Nothing here costs a program anything that
// does not link the library pier_trace. It stands at the seams that there are anyway: around an Engine, around the
// Poller inside of a ReadinessEngine, and before sys::attempt, whose place the linker gives to it.
#pragma once

#include <pier/spi/engine.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace pier::spi {

enum class Moment : std::uint8_t {
    attached,     // the engine has taken a socket over
    started,      // a task wants an operation
    tried,        // a call that never blocks is made for it
    would_block,  // that call had nothing to do yet
    armed,        // the poller was told to watch the socket for `bits`
    disarmed,     // the poller watches it for `bits` no longer
    submitted,    // the operation was handed over, and what hands it over reports its end
    waited,       // the loop slept, or only looked; `count` operations came of it
    event,        // the socket is ready for the operation, which is tried next
    completion,   // the operation's end was reported
    moved,        // `count` bytes of an operation that goes on
    completed,    // the operation has ended, by `error` or with `count`
    cancel,       // the engine was asked to end the operation
    released,     // the engine was given the socket to close
};

// The socket's name is unique among those of its kind: "listener", "client" for a stream that connects, "accepted",
// "datagram", "foreign", with " 2" and so on behind it from the second on. None for `waited`.
struct TraceStep {
    Moment moment = Moment::waited;
    Verb verb = Verb::none;  // of the operation; none where it is the socket's or the loop's matter
    std::uint8_t bits = 0;   // armed, disarmed, event: input, output
    bool polled = false;     // waited: without sleeping
    bool at_once = false;    // completed: by what would have handed it over
    std::string socket{};
    std::size_t count = 0;
    Error error{};
    Time time{};
};

// Called for each step, on the thread of the loop that it belongs to; for one step at a time. Must not throw.
using TraceSink = void (*)(const TraceStep& step);

// From now on, for every engine that traced() describes.
void trace_to(TraceSink sink) noexcept;

// The same engine, whose steps are told. For one engine at a time in a process: the latest that was asked for.
[[nodiscard]] EngineInfo traced(const EngineInfo& engine) noexcept;

}  // namespace pier::spi
