#include <pier/signal.hpp>

#include <pier/sync/notifier.hpp>
#include <pier/sync/semaphore.hpp>
#include <pier/sys/signal.hpp>

#include <algorithm>
#include <atomic>
#include <utility>

namespace pier {

struct SignalSet::State {
    struct Kind : sys::SignalListener {
        State* set = nullptr;
        Signal signal{};
        bool taken = false;
        std::atomic<std::size_t> told_times{0};  // and not collected yet
        std::size_t waiting = 0;                 // the loop's thread alone: collected, and not given to anybody yet
    };

    State(Loop& loop, std::size_t count)
        : kinds(std::make_unique<Kind[]>(count)), size(count), came(loop, [this](std::size_t) { collect(); }) {}
    State(const State&) = delete;
    // Nobody is inside of the notifier when it goes.
    ~State() {
        for (Kind& kind : all()) {
            if (kind.taken) sys::remove(kind, kind.signal);
        }
    }

    [[nodiscard]] std::span<Kind> all() const noexcept { return {kinds.get(), size}; }

    Result<void> take(Kind& kind, Signal signal) {
        kind.set = this;
        kind.signal = signal;
        // Inside a signal handler, or on another thread.
        kind.told = [](sys::SignalListener& self) noexcept {
            auto& mine = static_cast<Kind&>(self);
            mine.told_times.fetch_add(1, std::memory_order_relaxed);  // seen by whoever is notified
            mine.set->came.notify();
        };
        auto added = sys::add(kind, signal);
        kind.taken = added.has_value();
        return added;
    }

    void collect() noexcept {
        std::size_t count = 0;
        for (Kind& kind : all()) {
            const std::size_t times = kind.told_times.exchange(0, std::memory_order_relaxed);
            kind.waiting += times;
            count += times;
        }
        arrivals.add(count);
    }

    // For who has a permit: then there is one. Behind the kind that was taken last, so that a storm of one kind delays
    // no other.
    Signal take_one() noexcept {
        while (all()[turn].waiting == 0) turn = (turn + 1) % size;
        Kind& kind = all()[turn];
        turn = (turn + 1) % size;
        --kind.waiting;
        return kind.signal;
    }

    std::unique_ptr<Kind[]> kinds;
    std::size_t size;
    std::size_t turn = 0;
    Semaphore arrivals{0};
    Notifier came;
};

SignalSet::SignalSet(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
SignalSet::SignalSet(SignalSet&& other) noexcept = default;
SignalSet& SignalSet::operator=(SignalSet&& other) noexcept = default;
SignalSet::~SignalSet() = default;

Result<SignalSet> SignalSet::open(std::span<const Signal> signals) {
    if (signals.empty()) return fail(Errc::invalid_argument);
    auto state = std::make_unique<State>(this_loop(), signals.size());
    state->size = 0;  // those that differ
    for (const Signal signal : signals) {
        const bool again = std::ranges::find(state->all(), signal, &State::Kind::signal) != state->all().end();
        if (again) continue;
        State::Kind& kind = state->kinds[state->size++];
        if (auto taken = state->take(kind, signal); !taken) return fail(taken.error());
    }
    return SignalSet(std::move(state));
}

Task<Result<Signal>> SignalSet::next(Deadline deadline) {
    State& state = *state_;
    auto arrival = co_await state.arrivals.acquire(deadline);
    if (!arrival) co_return fail(arrival.error());
    arrival->forget();
    co_return state.take_one();
}

Result<void> raise_signal(Signal signal) { return sys::raise_signal(signal); }

Result<void> send_signal(std::uint64_t process, Signal signal) { return sys::send_signal(process, signal); }

}  // namespace pier
