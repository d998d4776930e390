#include "bell.hpp"

#include <pier/cli/program.hpp>

namespace pier {

bool Bell::hang() {
    auto made = Loop::create(spi::blocking_engine_info());
    if (!made) {
        complain(frame_.service.name, "starting", made.error());
        frame_.fail();
        return false;
    }
    loop_ = std::move(*made);
    notifier_ = std::make_unique<Notifier>(*loop_, [this](std::size_t) noexcept { rung_.set(); });
    heard_ = notifier_.get();
    return true;
}

Task<void> Bell::until_rung(Deadline deadline) {
    (void)co_await rung_.wait(deadline);
    rung_.reset();
}

}  // namespace pier
