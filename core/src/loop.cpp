#include <pier/loop.hpp>

#include <pier/scope.hpp>
#include <pier/spi/sys.hpp>

namespace pier {
namespace {

// A wait that only polls.
constexpr Time past = Time::min();

}  // namespace

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
    loop->engine_ = std::move(*made);
    loop->traits_ = loop->engine_->traits();
    return loop;
}

Loop::~Loop() {
    spi::require(this_threads_ != this, "a loop was destroyed from inside one of its tasks");
    while (spi::Post* post = inbox_.pop()) post->run(*post);
    spi::require(started_ == delivered_, "a loop was destroyed before all its operations were delivered");
}

void Loop::drive(spi::Context& root, std::coroutine_handle<> handle) {
    spi::require(this_threads_ == nullptr, "Loop::run() was called inside of a task, or of another loop's");
    this_threads_ = this;
    struct Leave {
        ~Leave() {
            this_threads_ = nullptr;
            spi::hand_over_frames();
        }
    } leave;
    root.loop = this;
    now_valid_ = false;
    refill_budget();
    resume(root, handle);
    while (!root.ended) turn(root);
    // What the last task closed is reaped before the caller looks at the descriptors again.
    spi::Harvest harvest;
    if (engine_->wait(past, harvest)) deliver(harvest.queue());
    engine_->bury();
}

// One turn, in this order: posts, timers, new tasks, retries, starved receives, the engine, deliveries, burials. Every
// phase takes what was there when it began, so that none can keep the others from their turn.
void Loop::turn(const spi::Context& root) {
    now_valid_ = false;
    drain_inbox();
    if (!timers_.empty()) expire_timers();
    if (!spawned_.empty()) run_spawned();
    if (!retries_.empty()) run_retries();
    if (can_feed_starved()) {
        // Before the engine, which may take the chunks that came back for receives to come.
        spi::Queue<spi::Operation> none;
        deliver(none);
    }

    Time until = past;
    if (!root.ended && !has_work()) {
        until = timers_.next();
        if (!inbox_.announce_sleep()) until = past;
    }
    spi::Harvest harvest;
    auto waited = engine_->wait(until, harvest);
    inbox_.end_sleep();
    now_valid_ = false;
    // Nothing can be served any more, and no operation could be told so: the loop's own promise is broken.
    spi::require(waited.has_value(), "the engine's wait failed");

    spi::Queue<spi::Operation> ended(std::move(ended_.queue()));
    deliver(ended);
    deliver(harvest.queue());
    engine_->bury();
}

bool Loop::has_work() const noexcept {
    return !retries_.empty() || !spawned_.empty() || !ended_.empty() || !inbox_.empty() || can_feed_starved();
}

void Loop::drain_inbox() noexcept {
    // What these posts post waits for the next turn.
    inbox_.collect();
    for (std::uint32_t i = 0; i < posts_per_turn; ++i) {
        spi::Post* post = inbox_.pop_collected();
        if (post == nullptr) return;
        post->run(*post);
    }
}

void Loop::expire_timers() {
    Time now = this->now();
    while (spi::Timer* timer = timers_.expire(now)) {
        spi::Operation& op = *timer->operation;
        timer_pool_.recycle(*timer);
        op.timer = nullptr;
        // It has ended since, and waits for its delivery.
        if (op.stage == spi::Stage::finished) continue;
        op.set(spi::Operation::deadline_passed);
        if (op.verb == spi::Verb::none && op.cancel_hook == nullptr) {
            end(op);  // a sleep
        } else if (op.verb == spi::Verb::none) {
            end(op, Error{Errc::timed_out, 0});
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
        if (op->has(spi::Operation::cancel_requested) || op->has(spi::Operation::deadline_passed)) {
            op->launch();
            op->finish(Error{Errc::operation_canceled, 0});
            settle(*op);
            op->deliver();
            resume(*op);
        } else if (advance(*op) == Outcome::ended) {
            resume(*op);
        }
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
    // wake() is the only member of the engine that another thread may call.
    if (inbox_.push(post)) engine_->wake();
}

void Loop::post(std::move_only_function<void()> function) {
    struct Call : Post {
        std::move_only_function<void()> function;
    };
    auto* call = new Call;
    call->function = std::move(function);
    call->run = [](Post& post) noexcept {
        std::unique_ptr<Call> owned(static_cast<Call*>(&post));
        owned->function();
    };
    post(*call);
}

void Loop::arm(spi::Operation& op, Deadline deadline) noexcept {
    // Counted from the true time: the turn's may be older, and the deadline would come early.
    Time expiry = deadline.relative() ? deadline.resolve(sys::now()) : deadline.resolve(Time{});
    spi::Timer* timer = timer_pool_.acquire();
    spi::require(timer != nullptr, "no memory for a deadline");
    timer->operation = &op;
    op.timer = timer;
    timers_.start(*timer, expiry);
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
