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
    auto made = sys::make_children([](void* bell) noexcept { static_cast<Bell*>(bell)->ring(); }, &bell_);
    if (!made) {
        complain(frame_.service.name, "watching for the end of child processes", made.error());
        frame_.fail();
        return false;
    }
    children_ = std::move(*made);
    return true;
}

Result<sys::Children::Side> Offspring::start() noexcept {
    try {
        return children_->start();
    } catch (const std::bad_alloc&) {
        return fail(Errc::not_enough_memory);
    }
}

void Offspring::live_as_child(const std::function<int(Worker&)>& work) noexcept {
    try {
        Worker worker(frame_.program, *frame_.options.engine);
        if (!worker.create()) sys::leave(1);
        children_->heed([](void* to) noexcept { static_cast<Worker*>(to)->request(Worker::Request::stop); },
                        [](void* to) noexcept { static_cast<Worker*>(to)->request(Worker::Request::end_grace); },
                        &worker);
        const int status = work(worker);
        // Here, while the worker lives: the parent may be about to ask something of it.
        sys::leave(status);
    } catch (...) {
        Frame::say_shortage(frame_.service.name);
        sys::leave(1);
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

std::string describe(const sys::ChildEnd& end) {
    return (end.killed ? "signal " : "status ") + std::to_string(end.status);
}

}  // namespace pier
