#include <pier/loop.hpp>

#include <pier/scope.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/socket.hpp>

namespace pier {
namespace {

// A wait that only polls.
constexpr Time past = Time::min();

// A function that was posted.
struct Call : Post {
    std::move_only_function<void()> function;

    static void call(Post& post) noexcept {
        std::unique_ptr<Call> owned(static_cast<Call*>(&post));
        owned->function();
    }
};

}  // namespace

// While one lives, this thread is the loop's: for a run, and, where the loop does not run, for a close.
class Loop::Visit {
public:
    explicit Visit(Loop& loop) noexcept : loop_(loop), before_(this_threads_) {
        this_threads_ = &loop;
        loop.thread_.store(std::this_thread::get_id(), std::memory_order_relaxed);
        auto begun = loop.engine_->begin_run();
        spi::require(begun.has_value(), "the engine could not begin a run on this thread");
        loop.now_valid_ = false;
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    ~Visit() {
        loop_.engine_->end_run();
        loop_.engine_->bury();
        loop_.thread_.store(std::thread::id(), std::memory_order_relaxed);
        this_threads_ = before_;
        if (before_ == nullptr) spi::hand_over_frames();
    }

private:
    Loop& loop_;
    Loop* before_;  // another one, of which a task runs here
};

constinit thread_local Loop* Loop::this_threads_ = nullptr;

Loop& this_loop() noexcept {
    spi::require(Loop::current() != nullptr, "this_loop() was called outside of Loop::run()");
    return *Loop::current();
}

Loop::Loop(std::string_view name) : timers_(sys::now()), name_(name) {}

Result<std::unique_ptr<Loop>> Loop::create(std::string_view engine) {
    const spi::EngineInfo* info = find_engine(engine);
    if (info == nullptr || !info->probe().empty()) return fail(Errc::not_supported);
    return create(*info);
}

Result<std::unique_ptr<Loop>> Loop::create(const spi::EngineInfo& engine) {
    if (auto ready = sys::start_up(); !ready) return fail(ready.error());
    std::unique_ptr<Loop> loop(new Loop(engine.name));
    auto made = engine.make(loop->chunks_);
    if (!made) return fail(made.error());
    auto complete = spi::with_pipes(std::move(*made));
    if (!complete) return fail(complete.error());
    loop->engine_ = std::move(*complete);
    loop->traits_ = loop->engine_->traits();
    spi::require(loop->traits_.one_at_a_time == engine.one_at_a_time, "an engine and its entry in the table disagree");
    loop->engine_->deliver_by({.run = deliver_at_once, .who = loop.get()});
    return loop;
}

Loop::~Loop() {
    spi::require(this_threads_ != this, "a loop was destroyed from inside one of its tasks");
    spi::require(thread_.load(std::memory_order_relaxed) == std::thread::id(), "a loop was destroyed while it ran");
    if (!inbox_.empty()) run_last_posts();
    // A post may be what has ended this loop, and its caller still be on the way to wake the engine.
    while (inbox_.visited()) std::this_thread::yield();
    spi::require(started_ == delivered_, "a loop was destroyed before all its operations were delivered");
    spi::require(
        sockets_ == 0,
        "a loop was destroyed before its sockets were closed; no stream, listener, datagram socket or watch may "
        "outlive it");
}

// What is posted meanwhile would come without end where a post posts itself again.
void Loop::run_last_posts() noexcept {
    inbox_.collect_all();
    while (Post* post = inbox_.pop_collected()) post->run(*post);
    while (Post* post = inbox_.pop()) {
        if (post->run == Call::call) delete static_cast<Call*>(post);
    }
}

void Loop::close_from_outside(spi::Descriptor& d) noexcept {
    std::thread::id runs = thread_.load(std::memory_order_relaxed);
    if (runs == std::this_thread::get_id()) return close_here(d);  // further out: another loop is visited meanwhile
    if (runs != std::thread::id()) refuse_thread("closed");
    Visit visit(*this);
    close_here(d);
    if (started_ == delivered_) reap();  // else tasks would go on here
}

void Loop::drive(spi::Context& root, std::coroutine_handle<> handle) {
    spi::require(this_threads_ == nullptr, "Loop::run() was called inside of a task, or of another loop's");
    spi::require(thread_.load(std::memory_order_relaxed) == std::thread::id(), "Loop::run() was called on two threads");
    Visit visit(*this);
    root.loop = this;
    root.leaf = handle;
    refill_budget();
    resume(root, handle);
    while (!root.ended) turn(root);
    reap();
}

// What was closed last is reaped before the caller looks at the descriptors again.
void Loop::reap() {
    spi::Harvest harvest;
    if (engine_->wait(past, harvest)) deliver(harvest.queue());
    engine_->bury();
}

// One turn, in this order: new tasks, retries, starved receives, the engine, posts, timers, deliveries, burials. Every
// phase takes what was there when it began, so that none can keep the others from their turn.
void Loop::turn(const spi::Context& root) {
    now_valid_ = false;
    if (!spawned_.empty()) run_spawned();
    if (!retries_.empty()) run_retries();
    if (can_feed_starved()) {
        // Before the engine, which may take the chunks that came back for receives to come.
        spi::Queue<spi::Operation> none;
        deliver(none);
    }

    Time until = past;
    spi::Harvest harvest;
    if (!root.ended && !has_work() && !poll_busily(harvest)) {
        until = timers_.next();
        if (inbox_.announce_sleep() == spi::Inbox::Sleep::refused) until = past;
    }
    auto waited = engine_->wait(until, harvest);
    inbox_.end_sleep();
    now_valid_ = false;
    // Nothing can be served any more, and no operation could be told so: the loop's own promise is broken.
    spi::require(waited.has_value(), "the engine's wait failed");
    // Deadlines pass as of now: what the posts take of the time is the next turn's.
    bool due = !timers_.empty() && timers_.next() <= now();
    if (due) ask_for_the_rest(harvest);
    drain_inbox();
    if (due) expire_timers();

    spi::Queue<spi::Operation> ended(std::move(ended_.queue()));
    deliver(ended);
    deliver(harvest.queue());
    engine_->bury();
}

// True when there is something to do, or when a deadline has come: then the loop must not sleep.
bool Loop::poll_busily(spi::Harvest& harvest) {
    if (busy_poll_ <= Duration::zero()) return false;
    const Time begun = sys::now();
    const Time end = after(busy_poll_).resolve(begun);
    const std::uint64_t delivered = delivered_;
    for (Time time = begun; time < end; time = sys::now()) {
        if (timers_.next() <= time) return true;
        // The turn's own wait meets a failure again. Some engines deliver inside of it, and harvest nothing.
        if (!engine_->wait(past, harvest)) return true;
        now_valid_ = false;
        if (!harvest.empty() || delivered_ != delivered || has_work()) return true;
    }
    return false;
}

// The engine is still inside of its wait, but it has woken: posts need no wake any more, and time has passed.
void Loop::deliver_at_once(void* who, spi::Harvest& harvest) noexcept {
    Loop& loop = *static_cast<Loop*>(who);
    loop.inbox_.end_sleep();
    loop.now_valid_ = false;
    loop.deliver(harvest.queue());
}

bool Loop::has_work() const noexcept {
    return !retries_.empty() || !spawned_.empty() || !ended_.empty() || !inbox_.empty() || can_feed_starved();
}

void Loop::drain_inbox() noexcept {
    // What these posts post waits for the next turn.
    inbox_.collect();
    for (std::uint32_t i = 0; i < spi::limits::posts_per_turn; ++i) {
        spi::Post* post = inbox_.pop_collected();
        if (post == nullptr) return;
        post->run(*post);
    }
}

// Asked after the time was taken and before deadlines pass. Where the loop was too busy to look, or its process stood
// still, data may have come in time for more operations than one wait of the engine tells of.
void Loop::ask_for_the_rest(spi::Harvest& harvest) {
    // No task runs meanwhile: what it starts would be asked for as well, and so on without end.
    engine_->deliver_by({});
    const spi::Link* last;
    do {
        last = harvest.last();
        if (!engine_->wait(past, harvest)) break;  // the next turn's wait meets the failure again
    } while (harvest.last() != last);
    engine_->deliver_by({.run = deliver_at_once, .who = this});
}

void Loop::expire_timers() {
    Time now = this->now();
    while (spi::Timer* timer = timers_.expire(now)) {
        spi::Operation& op = *timer->operation;
        timer_pool_.recycle(*timer);
        op.timer = nullptr;
        if (op.stage == spi::Stage::finished) {
            // It has ended since, and waits for its delivery; a whole one, perhaps only with a piece of it.
            if (op.has(spi::Operation::whole)) op.set(spi::Operation::deadline_passed);
            continue;
        }
        op.set(spi::Operation::deadline_passed);
        if (op.verb == spi::Verb::none && op.withdraw == nullptr) {
            end(op);  // a sleep
        } else if (op.verb == spi::Verb::none) {
            op.withdraw(*this, op, Error{Errc::timed_out, 0});
        } else {
            cancel(op);
        }
    }
}

void Loop::run_spawned() {
    spi::Queue<spi::Context> batch(std::move(spawned_));
    while (spi::Context* context = batch.pop()) {
        refill_budget();
        resume(*context, context->root);
    }
}

void Loop::run_retries() {
    spi::Queue<spi::Operation> batch(std::move(retries_));
    while (spi::Operation* op = batch.pop()) {
        refill_budget();
        spi::Progress progress{};
        if (op->has(spi::Operation::cancel_requested)) {
            op->park();
            op->finish(Error{Errc::operation_canceled, 0});
            progress = finish(*op);
        } else if (op->has(spi::Operation::deadline_passed)) {
            progress = attempt_at_deadline(*op);
        } else {
            progress = attempt_or_park(*op);
        }
        if (progress == spi::Progress::delivered) resume(*op);
    }
}

Time Loop::now() noexcept {
    if (!now_valid_) {
        now_ = sys::now();
        now_valid_ = true;
    }
    return now_;
}

void Loop::post(Post& post) noexcept {
    const spi::Inbox::Visit visit(inbox_);
    // wake() is the only member of the engine that another thread may call.
    if (inbox_.push(post) == spi::Inbox::Consumer::asleep) engine_->wake();
}

void Loop::post(std::move_only_function<void()> function) {
    auto* call = new Call;
    call->function = std::move(function);
    call->run = Call::call;
    post(*call);
}

void Loop::arm(spi::Operation& op, Deadline deadline) noexcept {
    // Counted from the true time: the turn's may be older, and the deadline would come early.
    Time expiry = deadline.relative() ? deadline.resolve(sys::now()) : deadline.resolve(Time{});
    spi::Timer* timer = timer_pool_.acquire();
    if (timer == nullptr) [[unlikely]]
        return give_up(op);
    timer->operation = &op;
    op.timer = timer;
    timers_.start(*timer, expiry);
}

// There is no memory for its deadline: it ends as at the deadline, but says why.
void Loop::give_up(spi::Operation& op) noexcept {
    const bool finished = op.stage == spi::Stage::finished;
    if (finished && !op.has(spi::Operation::whole)) return;  // it needs no deadline any more
    op.set(spi::Operation::deadline_passed);
    op.set(spi::Operation::no_timer);
    if (finished) return;
    const Error why{Errc::not_enough_memory, 0};
    if (op.verb == spi::Verb::none) return op.withdraw != nullptr ? op.withdraw(*this, op, why) : end(op, why);
    cancel(op);
}

void Loop::disarm(spi::Operation& op) noexcept {
    timers_.stop(*op.timer);
    timer_pool_.recycle(*op.timer);
    op.timer = nullptr;
}

Shield::Shield() noexcept : context_(this_loop().running()) {
    spi::require(context_ != nullptr, "a Shield was made outside of a task");
    ++context_->shields;
}

Shield::~Shield() { --context_->shields; }

}  // namespace pier
