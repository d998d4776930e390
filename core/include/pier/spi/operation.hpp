// The request: what an app wants from a socket, as data. It lives in the awaiter, so in the coroutine's frame, and
// never moves. The loop takes it from stage to stage; an engine only brings it from in_flight to finished.
#pragma once

#include <pier/detail/assert.hpp>
#include <pier/detail/queue.hpp>
#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/spi/limits.hpp>
#include <pier/spi/socket.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace pier {
class Loop;
}

namespace pier::spi {

struct Context;
struct Descriptor;
class Handle;
struct Timer;

// `none` is for what suspends without a socket: sleeps, joins, posted results.
enum class Verb : std::uint8_t { none, accept, connect, receive, send, receive_from, send_to, wait, send_file };

// idle -> (queued ->) in_flight -> finished -> delivered -> idle again. Each edge is taken by one function below.
enum class Stage : std::uint8_t { idle, queued, in_flight, finished, delivered };

// What a step of the loop or of an engine has come to. The steps are: start (of an idle operation), attempt (one try,
// without blocking), park (somebody brings it back later), finish (it has its result, which may be that of a piece),
// and deliver (its task goes on).
enum class Progress : std::uint8_t {
    blocked,    // an attempt: the system would block, so it has to be parked
    parked,     // the engine, a queue of the loop, or another operation's end brings it back; its task stays suspended
    finished,   // `error` and `transferred` are set; what they mean for the stream and the task is still to be settled
    complete,   // an attempt: besides, it was a plain success, and there is nothing to settle
    delivered,  // all is done but to resume its task
};

enum class Direction : std::uint8_t { read = 0, write = 1 };

[[nodiscard]] constexpr Direction direction(Verb verb) noexcept {
    const bool writes = verb == Verb::connect || verb == Verb::send || verb == Verb::send_to || verb == Verb::send_file;
    return writes ? Direction::write : Direction::read;
}

using limits::largest_submission;
using limits::most_buffers;

struct Operation : Link {
    enum Flag : std::uint16_t {
        lend = 1,               // receive: the loop lends the buffer when data is there
        whole = 2,              // repeat until all of it is transferred; the object is a WholeOperation. Verb::none:
                                // a join, which may go on when it is to be delivered
        vectored = 4,           // `buffer` points to `length` pieces: see piece_of()
        harvested = 8,          // stands in a harvest, waiting for its delivery
        cancel_requested = 16,  // by a scope or a close
        deadline_passed = 32,   // the request to cancel came from the deadline
        waits_writable = 64,    // Verb::wait: for room to send instead of something to read
        truncated = 128,        // receive_from: the datagram was longer than the buffer; the rest is lost
        cancel_told = 512,      // the engine has been asked; once is enough
        progressed = 256,       // whole: some piece was transferred before the present one
        elsewhere = 1024,       // Verb::wait: a poller has it watched by other means than its events
        bounded = 2048,         // it has a deadline, so it may well end while the engine has it
        no_timer = 4096,        // with deadline_passed: there was no memory to wait for the deadline
        urgent = 8192,          // send: as urgent data; Verb::wait: until some has come
    };

    union {
        Descriptor* descriptor = nullptr;
        const Handle* holder;  // an awaiter's, until it is awaited: only then it looks what the handle holds
        // Verb::none: how to end the wait before its time, because of a cancel (operation_canceled), the deadline
        // (timed_out) or for want of a timer (not_enough_memory). It calls Loop::end, now or later. On the loop's
        // thread. Null: the wait is for time alone, which a cancel ends.
        void (*withdraw)(Loop&, Operation&, Error why) noexcept;
    };
    Context* context = nullptr;  // whom to resume
    union {
        Timer* timer = nullptr;  // from the loop's pool, while armed
        Deadline deadline;       // an awaiter's, until it starts: see take_deadline()
    };
    std::byte* buffer = nullptr;  // the caller's or lent; the array of pieces when vectored
    std::uint32_t length = 0;     // bytes, or number of pieces when vectored
    std::uint32_t transferred = 0;
    union {
        Error error{};
        Operation* before;  // while it stands in a WaitList
    };
    Verb verb = Verb::none;
    Stage stage = Stage::idle;
    std::uint16_t flags = 0;

    Operation() = default;
    explicit Operation(Verb v, Descriptor* d = nullptr) noexcept : descriptor(d), verb(v) {}
    Operation(Verb v, const Handle& on) noexcept : holder(&on), verb(v) {}
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    ~Operation() {
        // The kernel may still write into it: nothing sensible can be done but to stop at once.
        require(stage != Stage::in_flight && stage != Stage::queued,
                "a coroutine was destroyed while one of its operations was in flight; cancel and join its scope first");
    }

    [[nodiscard]] bool has(Flag flag) const noexcept { return (flags & flag) != 0; }
    void set(Flag flag) noexcept { flags = static_cast<std::uint16_t>(flags | flag); }
    void clear(Flag flag) noexcept { flags = static_cast<std::uint16_t>(flags & ~flag); }
    [[nodiscard]] Direction lane_direction() const noexcept {
        return verb == Verb::wait && has(waits_writable) ? Direction::write : direction(verb);
    }

    void set_deadline(Deadline limit) noexcept { std::construct_at(&deadline, limit); }
    [[nodiscard]] Deadline take_deadline() noexcept {
        Deadline limit = deadline;
        std::construct_at(&timer, nullptr);
        return limit;
    }

    // The edges.
    void enqueue() noexcept {
        require(stage == Stage::idle, "an operation was queued that was not idle");
        stage = Stage::queued;
    }
    void park() noexcept {
        require(stage == Stage::idle || stage == Stage::queued, "an operation was parked twice");
        stage = Stage::in_flight;
    }
    void finish(Error failure, std::size_t count = 0) noexcept {
        require(stage < Stage::finished, "an operation finished twice");
        error = failure;
        transferred = static_cast<std::uint32_t>(count);
        stage = Stage::finished;
    }
    void finish(std::size_t count = 0) noexcept { finish(Error{}, count); }
    void deliver() noexcept {
        require(stage == Stage::finished, "an operation was delivered before it finished");
        stage = Stage::delivered;
    }
    // The edges from the start (or in_flight) to delivered at once, for a transfer that simply succeeded.
    void complete() noexcept {
        require(stage < Stage::finished, "an operation finished twice");
        stage = Stage::delivered;
    }
    void rearm() noexcept {
        require(stage == Stage::delivered || stage == Stage::finished, "an operation was started again too early");
        stage = Stage::idle;
        flags = static_cast<std::uint16_t>(flags & (lend | whole | vectored | waits_writable | bounded | urgent));
    }
};
static_assert(sizeof(Operation) <= 64, "an idle connection pays for every byte of it");

// send_all, receive_exactly: `buffer` and `length` are the piece under way (at most largest_submission); `rest` follows
// it.
struct WholeOperation : Operation {
    using Operation::Operation;
    std::size_t rest = 0;
};

struct AcceptOperation : Operation {
    explicit AcceptOperation(const Handle& on) noexcept : Operation(Verb::accept, on) {}
    Accepted accepted;
};

// connect, receive_from (filled in), send_to (no family: the connected peer).
struct AddressedOperation : Operation {
    using Operation::Operation;
    Endpoint endpoint;
};

}  // namespace pier::spi
