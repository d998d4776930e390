// The event loop: the only place with policy. It owns time, fairness, cancellation and accounting; its engine moves the
// operations. One loop per thread at a time.
#pragma once

#include <pier/detail/inbox.hpp>
#include <pier/detail/timer_pool.hpp>
#include <pier/detail/timer_wheel.hpp>
#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>
#include <pier/spi/engine.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace pier {

// Work for a loop from any thread. The caller owns it until `run` is called (on the loop's thread); a Post that is
// already in an inbox must not be posted again.
using Post = spi::Post;

// What there is to choose from: engines(), find_engine(). What makes one is for those who write one, in pier/spi/.
using EngineInfo = spi::EngineInfo;

class Loop {
public:
    // With the engine of that name, or the best one that runs here. Errors: not_supported for an unknown name or an
    // engine that can't run here (find_engine and EngineInfo::probe say why), and what the system says. Throws
    // std::bad_alloc, and nothing is left of it.
    [[nodiscard]] static Result<std::unique_ptr<Loop>> create(std::string_view engine = {});
    [[nodiscard]] static Result<std::unique_ptr<Loop>> create(const EngineInfo& engine);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;
    // Not while it runs, and after everything of it: streams, listeners, datagram sockets, watches and tasks.
    ~Loop();

    // Runs the task on this thread, and whatever it spawns, until the task has ended; returns its result and rethrows
    // its exception. Not from inside a task; again afterwards is fine, also from another thread. What the run has
    // closed is closed when it returns. Tasks of a scope that outlives the run go on in the next one.
    template <class T>
    T run(Task<T> task) {
        auto handle = task.release();
        spi::Context context;
        context.root = handle;
        handle.promise().become_root(context);
        drive(context, handle);
        struct Destroy {
            std::coroutine_handle<> frame;
            ~Destroy() { frame.destroy(); }
        } destroy{handle};
        return handle.promise().take();
    }

    // Any thread; in order per thread; nothing is coalesced. Runs on the loop's thread, in a turn after this call. What
    // is posted to a loop that is not running waits. The destructor runs the posts that are left, where no loop runs.
    // Posts made by those are not run: a function is destroyed, a Post stays its owner's. The loop may go as soon as
    // the post has run: its destructor waits for the end of this call.
    void post(Post& post) noexcept;
    // Allocates. Errors: none; throws std::bad_alloc.
    void post(std::move_only_function<void()> function);

    // The time as of this turn. A deadline is counted from the true time, not from this one.
    [[nodiscard]] Time now() noexcept;

    [[nodiscard]] std::string_view engine_name() const noexcept { return name_; }

    // From the next turn on: how long this loop looks for something to do again and again before it lets its thread
    // sleep. Zero, which it begins with, or less is not at all. An answer that comes meanwhile costs no sleep and no
    // wake, which are most of a short answer's time; the price is a processor that is busy meanwhile, after everything
    // that the loop has done. 50 microseconds suit two processes that talk without a pause. It pays only where the
    // other one runs on another processor. Of the loop's thread, or while the loop does not run. As Linux' busy polling
    // of epoll (ioctl_eventpoll(2)), but for everything that the loop waits for.
    void set_busy_poll(Duration most) noexcept { busy_poll_ = most; }
    [[nodiscard]] Duration busy_poll() const noexcept { return busy_poll_; }

    // The loop that runs on this thread; null outside of run().
    [[nodiscard]] static Loop* current() noexcept { return this_threads_; }

    // For awaitables and objects of core. On the loop's thread.

    // Starts an idle operation of a suspended coroutine. parked: its task stays suspended. delivered: it has ended
    // already, and the task goes on. Nothing else is returned, here and by the next five.
    [[nodiscard]] spi::Progress start(spi::Operation& op, Deadline deadline) {
        claim(op);
        return start_any(op, deadline);
    }
    // The same for a send with one buffer, on a socket that is open.
    [[nodiscard]] spi::Progress start_send(spi::Operation& op, Deadline deadline);
    // The same for a receive or a send with one buffer on an open end of a pipe.
    [[nodiscard]] spi::Progress start_pipe(spi::Operation& op, Deadline deadline);
    // The same for a lent receive. In line: a server parks one after every request.
    [[nodiscard]] spi::Progress start_lent(spi::Operation& op, Deadline deadline) {
        claim(op);
        spi::Descriptor* d = op.descriptor;
        if (!d->waits_for_input() || op.context->stopping()) [[unlikely]]
            return start_any(op, deadline);
        op.park();
        d->lanes[0].first = &op;
        return suspend(op, deadline);
    }
    // The same for an operation on a handle that holds nothing, on its task's loop.
    [[nodiscard]] static spi::Progress start_closed(spi::Operation& op, Deadline deadline);
    // Ends an idle operation of a suspended coroutine without starting it; in a cancelled scope as operation_canceled.
    // It spends the budget as a start does.
    [[nodiscard]] spi::Progress end_at_once(spi::Operation& op, Error error = {}) noexcept {
        claim(op);
        op.finish(op.context->stopping() ? Error{Errc::operation_canceled, 0} : error);
        return deliver_unstarted(op);
    }
    // A request to end a started operation as canceled.
    void cancel(spi::Operation& op) noexcept;
    // Ends an operation without a socket (Verb::none) that is in flight; it is delivered in a later step.
    void end(spi::Operation& op, Error error = {}, std::size_t transferred = 0) noexcept;
    // A new socket, to be attached. At the limit of descriptors, what was closed in this step makes room. Errors:
    // sys::open's.
    [[nodiscard]] Result<spi::NativeSocket> open(Family family, spi::SocketKind kind);
    [[nodiscard]] Result<spi::Descriptor*> attach(spi::Accepted&& socket, spi::SocketKind kind);
    // attach() for an end of a pipe: non-blocking on POSIX, overlapped and bound to no completion port on Windows. It
    // stays its owner's where that fails.
    [[nodiscard]] Result<spi::Descriptor*> attach_pipe(SystemHandle& pipe);
    // attach() for a socket of another owner. Errors: besides, already_in_progress while this loop has it already.
    [[nodiscard]] Result<spi::Descriptor*> attach_foreign(spi::NativeSocket socket);
    // Before a stream's socket is duplicated: Engine::let_go().
    [[nodiscard]] Result<void> let_go(spi::Descriptor& stream) noexcept;
    // Engine::keep_urgent().
    [[nodiscard]] Result<void> keep_urgent(spi::Descriptor& stream) noexcept { return engine_->keep_urgent(stream); }
    // Engine::adopt_file(), start_file() and cancel_file(). An operation that the engine does not take is ended here.
    [[nodiscard]] Result<void> adopt_file(NativeHandle file) { return engine_->adopt_file(file); }
    void start_file(spi::FileOperation& op) noexcept;
    void cancel_file(spi::FileOperation& op) noexcept { engine_->cancel_file(op); }
    // Cancels what is in flight, waits for it and closes. The descriptor must not be used any more. Outside of run(),
    // too: on any thread, while the loop runs nowhere. What is in flight then ends in the next run.
    void close(spi::Descriptor& descriptor) noexcept;
    // Aborts if the loop runs on another thread; names both.
    void require_here() const noexcept;
    // Queues the context to start with its root.
    void spawn(spi::Context& context) noexcept { spawned_.push(context); }
    [[nodiscard]] spi::ChunkPool& chunks() noexcept { return chunks_; }
    [[nodiscard]] spi::Context* running() noexcept { return running_; }
    [[nodiscard]] const spi::EngineTraits& traits() const noexcept { return traits_; }

private:
    Loop(std::string_view name);

    static constinit thread_local Loop* this_threads_;

    class Visit;
    void drive(spi::Context& root, std::coroutine_handle<> handle);
    void reap();
    void run_last_posts() noexcept;
    void close_here(spi::Descriptor& descriptor) noexcept;
    void close_from_outside(spi::Descriptor& descriptor) noexcept;
    [[noreturn]] static void refuse_suspension() noexcept;
    [[noreturn]] void refuse_thread(const char* deed) const noexcept;
    [[nodiscard]] std::string describe_place() const;
    void turn(const spi::Context& root);
    [[nodiscard]] bool poll_busily(spi::Harvest& harvest);
    void drain_inbox() noexcept;
    void ask_for_the_rest(spi::Harvest& harvest);
    void expire_timers();
    void run_spawned();
    void run_retries();
    void deliver(spi::Queue<spi::Operation>& batch);
    static void deliver_at_once(void* loop, spi::Harvest& harvest) noexcept;
    [[nodiscard]] bool has_work() const noexcept;
    [[nodiscard]] bool can_feed_starved() const noexcept {
        return !starved_.empty() && chunks_.lent() < spi::ChunkPool::most_chunks;
    }

    [[nodiscard]] bool may_start_on_engine(const spi::Operation& op, const spi::Lane& lane,
                                           Deadline deadline) const noexcept;
    // start: idle -> parked, or delivered at once.
    spi::Progress start_any(spi::Operation& op, Deadline deadline);
    [[nodiscard]] spi::Progress start_on_engine(spi::Operation& op, spi::Lane& lane);
    spi::Progress suspend(spi::Operation& op, Deadline deadline) noexcept {
        op.context->current = &op;
        if (!deadline.none()) arm(op, deadline);
        return spi::Progress::parked;
    }
    void claim(const spi::Operation& op) noexcept {
        // A task of another loop is caught here, too: an operation starts on its socket's loop.
        if (op.context != running_) [[unlikely]]
            refuse_start(op);
        ++started_;
    }
    [[noreturn]] void refuse_start(const spi::Operation& op) const noexcept;
    [[nodiscard]] bool finish_if_known(spi::Operation& op) noexcept;
    [[nodiscard]] bool finish_receive_if_known(spi::Operation& op) noexcept;
    [[nodiscard]] bool finish_send_if_known(spi::Operation& op) noexcept;
    // attempt: one try. blocked, finished, complete; parked where it waits for a chunk.
    [[nodiscard]] spi::Progress attempt_first(spi::Operation& op) noexcept;
    spi::Progress attempt(spi::Operation& op) noexcept;
    spi::Progress transfer(spi::Operation& op) noexcept;
    spi::Progress transfer_pipe(spi::Operation& op) noexcept;
    template <spi::Verb verb, bool one_buffer>
    spi::Progress transfer(spi::Operation& op, spi::Descriptor& d, spi::Lane& lane) noexcept;
    // These go on until it is parked or delivered.
    spi::Progress attempt_or_park(spi::Operation& op) noexcept;
    spi::Progress attempt_at_deadline(spi::Operation& op) noexcept;
    spi::Progress park_or_finish(spi::Operation& op, spi::Progress attempted) noexcept;
    // park: -> queued or in_flight.
    spi::Progress park_on_engine(spi::Operation& op) noexcept;
    void park_for_retry(spi::Operation& op) noexcept;
    spi::Progress park_for_chunk(spi::Operation& op) noexcept;
    // finish: finished -> the next piece of a whole one, or delivered.
    spi::Progress finish(spi::Operation& op) noexcept;
    [[nodiscard]] bool take_next_piece(spi::Operation& op) noexcept;
    void settle(spi::Operation& op) noexcept;
    void settle_stream(spi::Operation& op, spi::Descriptor& d) noexcept;
    void leave_lane(spi::Operation& op) noexcept;
    void release(spi::Descriptor& descriptor) noexcept;
    void lose_foreign(spi::NativeSocket socket) noexcept;
    void end_waiting(const spi::Descriptor& descriptor, Error error) noexcept;
    void arm(spi::Operation& op, Deadline deadline) noexcept;
    void give_up(spi::Operation& op) noexcept;
    void disarm(spi::Operation& op) noexcept;
    void refill_budget() noexcept {
        budget_operations_ = spi::limits::inline_operations;
        budget_bytes_ = spi::limits::inline_bytes;
    }
    // Inline work counts in bytes, too.
    void spend_bytes(std::uint32_t moved) noexcept {
        if (moved >= budget_bytes_) [[unlikely]] {
            budget_bytes_ = 0;
            budget_operations_ = 0;
        } else {
            budget_bytes_ -= moved;
        }
    }
    // deliver: -> delivered, and its task goes on.
    spi::Progress deliver_unstarted(spi::Operation& op) noexcept;
    spi::Progress finish_harvested(spi::Operation& op) noexcept;
    // Of a delivered operation, which the ledger counts here: whom to resume, at its leaf.
    spi::Context& receiver_of(spi::Operation& op) noexcept {
        if (op.timer != nullptr) disarm(op);
        ++delivered_;
        op.context->current = nullptr;
        return *op.context;
    }
    void resume(spi::Operation& op) {
        spi::Context& context = receiver_of(op);
        resume(context, context.leaf);
    }
    void resume(spi::Context& context, std::coroutine_handle<> handle);
    void run_task(spi::Context& context, std::coroutine_handle<> handle);

    // What every message touches stands first.
    spi::EngineTraits traits_;  // the engine's, at hand
    std::uint32_t budget_operations_ = 0;
    std::uint32_t budget_bytes_ = 0;
    spi::Context* running_ = nullptr;
    std::uint64_t started_ = 0;  // the ledger: equal at the end
    std::uint64_t delivered_ = 0;
    spi::Queue<spi::Operation> retries_;
    spi::Queue<spi::Operation> starved_;  // lent receives that found no chunk
    spi::Queue<spi::Context> spawned_;
    spi::ChunkPool chunks_;  // before the engine, which borrows from it
    std::unique_ptr<spi::Engine> engine_;
    std::unordered_map<spi::NativeSocket, spi::Descriptor*> foreign_;  // until their release
    spi::Harvest ended_;                                               // what the loop itself finished
    spi::TimerWheel timers_;
    spi::TimerPool timer_pool_;
    Time now_{};
    bool now_valid_ = false;
    Duration busy_poll_{};
    std::string_view name_;
    std::size_t sockets_ = 0;                // attached and not closed
    std::atomic<std::thread::id> thread_{};  // that runs it; none while nobody does
    spi::Inbox inbox_;
};

// The loop that runs on this thread. Asserts that there is one.
[[nodiscard]] Loop& this_loop() noexcept;

// Every engine of this build, best first; names that belong to other systems are not among them.
[[nodiscard]] const std::vector<EngineInfo>& engines();
// Null when there is none of that name. An empty name means the best one that can run here.
[[nodiscard]] const EngineInfo* find_engine(std::string_view name);

// While one lives in a coroutine, operations of its task start in spite of a cancelled scope: for clean-up that has to
// wait. Give those operations deadlines.
class Shield {
public:
    Shield() noexcept;
    Shield(const Shield&) = delete;
    Shield& operator=(const Shield&) = delete;
    ~Shield();

private:
    spi::Context* context_;
};

}  // namespace pier
