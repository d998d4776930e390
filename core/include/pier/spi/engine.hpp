// The engine seam, chosen at run time by name. An engine moves operations from in_flight to finished; time, fairness,
// cancel bookkeeping and accounting are the loop's.
#pragma once

#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>
#include <pier/spi/chunk_pool.hpp>
#include <pier/spi/descriptor.hpp>
#include <pier/spi/operation.hpp>
#include <pier/spi/socket.hpp>
#include <pier/time.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pier::spi {

struct FileOperation;

// What an engine hands back from wait(), in order. The loop delivers it afterwards.
class Harvest {
public:
    // The operation has ended; the loop only delivers it. (op.finish() is called here.)
    void finished(Operation& op, Error error, std::size_t transferred) noexcept {
        op.finish(error, transferred);
        push(op);
    }
    // The same, for one whose finish() was called on the way here.
    void finished_already(Operation& op) noexcept { push(op); }
    // The operation can be tried now: the loop calls sys::attempt (or connect_result) at its delivery, so that buffers
    // are lent one at a time. If it would block after all, the loop calls start() with it again.
    void ready(Operation& op) noexcept {
        if ((op.flags & (Operation::harvested | Operation::elsewhere)) == 0) push(op);
    }
    [[nodiscard]] bool empty() const noexcept { return queue_.empty(); }
    [[nodiscard]] Queue<Operation>& queue() noexcept { return queue_; }
    // Changes when something is added; null when empty.
    [[nodiscard]] const Link* last() const noexcept { return queue_.last(); }

private:
    void push(Operation& op) noexcept {
        op.set(Operation::harvested);
        queue_.push(op);
    }
    Queue<Operation> queue_;
};

// Who delivers a harvest at once: see Engine::deliver_by(). `run` leaves it empty.
struct Delivery {
    void (*run)(void* who, Harvest& harvest) noexcept = nullptr;
    void* who = nullptr;
};

struct EngineTraits {
    bool speculates = false;  // the loop tries operations by sys::attempt before start()
    bool short_receive_drains =
        false;  // a receive shorter than its buffer means that nothing is left (until told otherwise)
    bool short_send_drains = false;  // likewise for sends
    bool accepted_crosses_loops =
        true;                    // an Accepted of this engine may be attached by another loop of the same engine
    bool takes_pipes = false;    // where that is no matter of course: see with_pipes()
    bool takes_files = false;    // adopt_file() and start_file() work
    bool sends_files = false;    // Verb::send_file works
    bool one_at_a_time = false;  // only one operation can be in flight (the blocking engine)
};

// Confined to its loop's thread, but for wake().
class Engine {
public:
    explicit Engine(EngineTraits traits) noexcept : traits_(traits) {}
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    // No descriptor is attached any more, and no run is under way. Any thread.
    virtual ~Engine() = default;

    // A run of the loop begins or ends, on the calling thread: all other functions but wake() are called between the
    // two. The next run, or the destructor, may be on another thread, and this one may end. So after end_run() nothing
    // depends on the thread, and what was released is closed. Operations that are in flight stay so, and go on in the
    // next run; what they have come to meanwhile is in its first harvest. bury() follows end_run(). An error of
    // begin_run() is one that the loop can't go on after.
    [[nodiscard]] virtual Result<void> begin_run() { return {}; }
    virtual void end_run() noexcept {}

    // Takes the socket over (also when it fails: then it is closed, but for a foreign one and a pipe, which stay their
    // owner's then) on the loop that will use it, once for its life. The descriptor is the engine's, until release().
    // Sets socket, kind and peer. Errors: not_enough_memory; too_many_files_open with select beyond FD_SETSIZE;
    // whatever the registration says.
    [[nodiscard]] virtual Result<Descriptor*> attach(Accepted&& socket, SocketKind kind) = 0;

    // Both lanes are empty. Closes the socket, at once or when the engine's rules allow; the descriptor may be reused
    // only after the harvest at hand has been delivered (the loop calls bury() then).
    virtual void release(Descriptor& descriptor) noexcept = 0;
    virtual void bury() noexcept {}
    // A stream whose lanes are empty is to go on elsewhere by a duplicate of its socket, and to be released here:
    // nothing may take of its input any more. Errors: input_waiting when something has been taken already;
    // connection_reset.
    [[nodiscard]] virtual Result<void> let_go(Descriptor& stream) noexcept {
        (void)stream;
        return {};
    }
    // From now on somebody waits for a stream's urgent data. Its input is received only by tries that the loop makes
    // after the engine's word that there is some: a receive that the system keeps would pass the urgent byte, and drop
    // it. Errors: input_waiting when something has been taken already; already_in_progress while a receive is under
    // way.
    [[nodiscard]] virtual Result<void> keep_urgent(Descriptor& stream) noexcept {
        stream.drain_exact = true;  // a receive stops at the byte, whatever is behind it
        return {};
    }
    // Asked when a socket can't be opened for want of a descriptor: closes at once what release() left to be closed
    // later. True when there was something, so that opening may be tried again.
    [[nodiscard]] virtual bool close_released() noexcept { return false; }

    // The operation is the first of its lane, in_flight, with its buffer set (or to be lent: ChunkPool::borrow when
    // data is there). parked: it will appear exactly once in a harvest. finished: op.finish() was called, it will not.
    // Nothing else is returned. Never blocks. Called again for an operation that was `ready` and would block.
    virtual Progress start(Operation& op) noexcept = 0;

    // A request. The operation still ends exactly once, by a later harvest, as operation_canceled or with its result
    // where that won the race; a send that had moved n > 0 bytes ends as success with n. An engine that can't know what
    // a send has moved poisons the lane itself. Not called for harvested operations.
    virtual void cancel(Operation& op) noexcept = 0;

    // Of this operation's direction no event is wanted until the next start(): a lent receive has found no chunk, so
    // that what there is to read can't be taken; or a wait for a foreign socket has ended, whose owner may close it
    // now. What would go on telling of it is told to stop.
    virtual void rest(Operation& op) noexcept { (void)op; }
    // The owner of this foreign socket has closed it while it was attached: its number is another socket's now, which
    // this engine may have too. Its operations were cancelled; nothing is done by the number any more, release()
    // included.
    virtual void lost(Descriptor& foreign) noexcept { (void)foreign; }

    // Only with EngineTraits::takes_files. The file is this engine's until it is closed, which nobody tells. Errors:
    // what the registration says.
    [[nodiscard]] virtual Result<void> adopt_file(NativeHandle file) {
        (void)file;
        return {};
    }
    // The operation is in_flight, of a file that was adopted. It will appear exactly once in a harvest, unless this
    // fails: then it is not the engine's. Any number of them may be under way on a file. Never blocks, but for what the
    // system itself does at once (on Windows it writes beyond the end of a file in the call).
    [[nodiscard]] virtual Result<void> start_file(FileOperation& op) noexcept {
        (void)op;
        return fail(Errc::not_supported);
    }
    // A request, as cancel().
    virtual void cancel_file(FileOperation& op) noexcept { (void)op; }

    // Asked before each accept that the loop tries itself: what it brings could not be attached, so it stays in the
    // system's queue.
    [[nodiscard]] virtual Result<void> room_to_accept() { return {}; }

    // Waits until something happened, `until` has come (rounded up to the engine's unit; it may also return early) or
    // wake() was called; a time in the past polls. An error is one that the loop can't go on after.
    [[nodiscard]] virtual Result<void> wait(Time until, Harvest& harvest) = 0;

    // The loop calls it, but not inside of wait(). For an engine whose system calls back for one event after the other.
    // It may deliver inside of wait(), on the loop's thread: then what a callback has ended is served while it is in
    // the cache, and gives its buffer back before the next callback wants one. Tasks run in a delivery and call all
    // but wait(). An engine need not use it. An empty Delivery takes it back. The loop delivers what is left in the
    // harvest when wait() has returned.
    void deliver_by(Delivery delivery) noexcept { delivery_ = delivery; }

    // Any thread, and async-signal-safe on POSIX. Idempotent until the next wait() returns; a wake before the wait
    // counts.
    virtual void wake() noexcept = 0;

    [[nodiscard]] const EngineTraits& traits() const noexcept { return traits_; }

protected:
    [[nodiscard]] bool delivers_at_once() const noexcept { return delivery_.run != nullptr; }
    void deliver(Harvest& harvest) noexcept { delivery_.run(delivery_.who, harvest); }

private:
    const EngineTraits traits_;
    Delivery delivery_;
};

struct EngineInfo {
    std::string_view name;
    std::string_view summary;    // one line: the mechanism and when to choose it
    bool one_at_a_time = false;  // as EngineTraits::one_at_a_time, for whoever chooses an engine before it is made
    // Empty, or a sentence that says why it can't run here. Cheap; any thread.
    std::string (*probe)() = nullptr;
    // The loop owns the engine; the pool outlives it. Errors: what the system says of its poller.
    Result<std::unique_ptr<Engine>> (*make)(ChunkPool& chunks) = nullptr;
};

// Defined by the platform's backend, found at link time; best first. Static storage.
[[nodiscard]] std::span<const EngineInfo> platform_engines();

// For every loop's new engine: the same one, or one around it that takes pipes, too, on a system whose pipes this one
// can't wait for. Defined by the platform's backend. Any thread. Errors: what making an event says.
[[nodiscard]] Result<std::unique_ptr<Engine>> with_pipes(std::unique_ptr<Engine> engine);

// The engines that core and, where the build has it, backend-libuv add to the platform's table.
[[nodiscard]] EngineInfo blocking_engine_info();
[[nodiscard]] EngineInfo uv_engine_info();

}  // namespace pier::spi
