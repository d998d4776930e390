#include <pier/sync/notifier.hpp>

#include <memory>
#include <utility>

namespace pier {

Notifier::Notifier(Loop& loop, Function function) : state_(new State(loop, std::move(function))) {
    state_->run = arrived;
}

Notifier::~Notifier() {
    // What is on its way can't be taken back, and what runs may be the caller: it frees itself afterwards.
    if (state_->runs || state_->times.load(std::memory_order_acquire) != 0) {
        state_->orphaned = true;
    } else {
        delete state_;
    }
}

void Notifier::notify() noexcept {
    if (state_->times.fetch_add(1, std::memory_order_acq_rel) == 0) state_->loop.post(*state_);
}

void Notifier::arrived(Post& post) noexcept {
    auto& state = static_cast<State&>(post);
    // From here on notify() may post it again.
    const std::size_t times = state.times.exchange(0, std::memory_order_acq_rel);
    if (!state.orphaned) {
        state.runs = true;
        state.function(times);
        state.runs = false;
    }
    const bool posted_again = state.times.load(std::memory_order_acquire) != 0;
    if (state.orphaned && !posted_again) delete &state;
}

}  // namespace pier
