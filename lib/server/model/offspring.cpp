#include "offspring.hpp"

#include <pier/cli/program.hpp>
#include <pier/sys/clock.hpp>

#include <algorithm>
#include <chrono>
#include <new>

namespace pier {
namespace {

// What a child that was asked to end at once may take for it.
constexpr Duration last_patience = std::chrono::seconds(2);

}  // namespace

bool Offspring::begin() {
    auto made = sys::make_children({.context = this,
                                    .news = [](void* self) noexcept { static_cast<Offspring*>(self)->bell_.ring(); },
                                    .life =
                                        [](void* self, sys::ParentLink& parent) noexcept {
                                            static_cast<Offspring*>(self)->model_.live_as_child(parent);
                                        }});
    if (!made) {
        complain(frame_.service.name, "preparing for child processes", made.error());
        frame_.fail();
        return false;
    }
    children_ = std::move(*made);
    return true;
}

Result<std::uint64_t> Offspring::start(Accepted& given, std::span<Accepted> shared) noexcept {
    try {
        return children_->start(given, shared);
    } catch (const std::bad_alloc&) {
        return fail(Errc::not_enough_memory);
    }
}

void Offspring::end(const std::atomic<Worker::Request>& wanted,
                    const std::function<void(const sys::ChildEnd&)>& reaped) {
    if (!children_) return;
    children_->ask_to_stop();
    const Time grace_over = sys::now() + frame_.service.grace;
    Time patience_over = grace_over + last_patience;
    for (;;) {
        for (const sys::ChildEnd& each : children_->reap()) reaped(each);
        if (children_->size() == 0) return;
        const Time now = sys::now();
        if (wanted >= Worker::Request::end_grace || now >= grace_over) {
            children_->end_grace();
            patience_over = std::min(patience_over, now + last_patience);
        }
        if (now >= patience_over) children_->kill();
        bell_.wait(now < grace_over ? after(grace_over - now)
                                    : after(std::max(patience_over - now, Duration(last_patience / 20))));
    }
}

std::optional<std::vector<Accepted>> begin_life(Frame& frame, sys::ParentLink& parent, const Heeder& heeder) {
    auto sockets = parent.take_sockets();
    if (!sockets) {
        // A parent that has died has nobody left who would want to know.
        if (sockets.error() != Errc::connection_reset)
            complain(frame.service.name, "taking over a client from the parent process", sockets.error());
        return std::nullopt;
    }
    if (auto heeded = parent.heed(heeder.stop, heeder.end, heeder.context); !heeded) {
        complain(frame.service.name, "waiting for what the parent process asks", heeded.error());
        return std::nullopt;
    }
    return std::move(*sockets);
}

void live(Frame& frame, const std::function<void()>& work) noexcept {
    try {
        work();
    } catch (...) {
        Frame::say_shortage(frame.service.name);
    }
    sys::leave(status_of_failure);
}

}  // namespace pier
