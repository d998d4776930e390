// The parent's side of the models with child processes: starting, reaping, and the end of all of them.
#pragma once

#include "bell.hpp"

#include <pier/sys/children.hpp>

#include <functional>
#include <memory>
#include <string>

namespace pier {

// Used by the thread of main(), which is the only one: see sys::Children::start.
class Offspring {
public:
    Offspring(Frame& frame, Bell& bell) noexcept : frame_(frame), bell_(bell) {}

    // Whenever a child has ended, the bell rings. What fails is said, and the frame fails.
    [[nodiscard]] bool begin();

    // In the child, the caller goes on with live_as_child().
    [[nodiscard]] Result<sys::Children::Side> start() noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return children_ ? children_->size() : 0; }
    [[nodiscard]] std::int64_t last() const noexcept { return children_->last(); }
    [[nodiscard]] std::vector<sys::ChildEnd> reap() { return children_->reap(); }

    // The life of a child, which `work` serves in, and which ends with its status. What the parent asks reaches the
    // worker.
    [[noreturn]] void live_as_child(const std::function<int(Worker&)>& work) noexcept;

    // Returns when all children have ended. They get the service's grace, which the user may end: `wanted`. Whoever is
    // left two seconds later is killed. `reaped` is told of each.
    void end(const std::atomic<Worker::Request>& wanted, const std::function<void(const sys::ChildEnd&)>& reaped);

private:
    Frame& frame_;
    Bell& bell_;
    std::unique_ptr<sys::Children> children_;
};

// "signal 9", "status 1".
[[nodiscard]] std::string describe(const sys::ChildEnd& end);

}  // namespace pier
