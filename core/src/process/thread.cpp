#include <pier/thread.hpp>

#include <pier/detail/assert.hpp>
#include <pier/sync/event.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/spawn.hpp>
#include <pier/sys/thread.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <new>
#include <optional>
#include <utility>

namespace pier {

static_assert(Thread::largest_stack == sys::Thread::largest_stack);

// Of the Thread, its thread, and who waits.
struct Thread::State {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Result<void>> placed;  // whether it has the processors that were asked for
    bool ended = false;
    sys::EndListeners listeners;

    std::mutex joining;
    sys::Thread thread;

    [[nodiscard]] bool has_ended() {
        std::lock_guard lock(mutex);
        return ended;
    }

    // On the thread.
    void run(std::move_only_function<void()> body, const ThreadOptions& options) noexcept {
        take_name(options.name);
        if (options.processors.empty() || place(options.processors)) body();
        body = nullptr;
        std::lock_guard lock(mutex);
        ended = true;
        listeners.tell();
        changed.notify_all();
    }

    // A name is for people: what keeps the thread from having it doesn't keep it from its work.
    static void take_name(const std::string& name) noexcept {
        try {
            if (!name.empty()) (void)sys::name_this_thread(name);
        } catch (const std::bad_alloc&) {
        }
    }

    bool place(const std::vector<unsigned>& processors) noexcept {
        Result<void> result;
        try {
            result = sys::pin_this_thread(processors);
        } catch (const std::bad_alloc&) {
            result = fail(Errc::not_enough_memory);
        }
        std::lock_guard lock(mutex);
        placed = result;
        changed.notify_all();
        return result.has_value();
    }

    Result<void> wait_for_place() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return placed.has_value(); });
        return *placed;
    }

    // When it has ended.
    void join() noexcept {
        std::lock_guard lock(joining);
        if (thread.joinable()) thread.join();
    }
};

namespace {

// Tells a loop.
struct Listener : sys::EndListener {
    explicit Listener(Notifier& whom) noexcept : notifier(whom) {
        told = [](EndListener& self) noexcept { static_cast<Listener&>(self).notifier.notify(); };
    }
    Notifier& notifier;
};

}  // namespace

Thread::Thread(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
Thread::Thread(Thread&& other) noexcept = default;
Thread& Thread::operator=(Thread&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
}
Thread::~Thread() { spi::require(!joinable(), "a thread was not joined before its owner went"); }

Result<Thread> Thread::start(std::move_only_function<void()> body, const ThreadOptions& options) {
    if (options.name.contains('\0')) return fail(Errc::invalid_argument);
    auto state = std::make_shared<State>();
    auto started = sys::Thread::start(options.stack, [state, body = std::move(body), options]() mutable noexcept {
        state->run(std::move(body), options);
    });
    if (!started) return fail(started.error());
    state->thread = std::move(*started);
    if (!options.processors.empty()) {
        if (auto placed = state->wait_for_place(); !placed) {
            state->join();
            return fail(placed.error());
        }
    }
    return Thread(std::move(state));
}

bool Thread::joinable() const noexcept {
    if (state_ == nullptr) return false;
    std::lock_guard lock(state_->joining);
    return state_->thread.joinable();
}

Task<Result<void>> Thread::join(Deadline deadline) const {
    const std::shared_ptr<State> state = state_;
    Event ended;
    Notifier notifier(this_loop(), [&](std::size_t) { ended.set(); });
    Listener listener(notifier);
    {
        std::lock_guard lock(state->mutex);
        state->listeners.add(listener);
        if (state->ended) ended.set();
    }
    auto waited = co_await ended.wait(deadline);
    {
        std::lock_guard lock(state->mutex);
        state->listeners.remove(listener);
    }
    if (!waited && waited.error() == Errc::operation_canceled) co_return waited;
    // What came before the deadline counts.
    if (!waited && !state->has_ended()) co_return waited;
    state->join();
    co_return Result<void>();
}

Result<void> Thread::join_here(Deadline deadline) const {
    State& state = *state_;
    const Time until = deadline.resolve(sys::now());
    {
        constexpr Duration longest = std::chrono::hours(24);
        std::unique_lock lock(state.mutex);
        while (!state.ended) {
            const Time now = sys::now();
            if (now >= until) return fail(Errc::timed_out);
            (void)state.changed.wait_for(lock, std::min(longest, until - now));
        }
    }
    state.join();
    return {};
}

Result<void> name_this_thread(std::string_view name) { return sys::name_this_thread(name); }

std::string name_of_this_thread() { return sys::name_of_this_thread(); }

Result<void> pin_this_thread(std::span<const unsigned> processors) { return sys::pin_this_thread(processors); }

Result<std::vector<unsigned>> processors_of_this_thread() { return sys::processors_of_this_thread(); }

}  // namespace pier
