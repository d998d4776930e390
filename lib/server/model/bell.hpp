// Where the thread of main() waits for what its threads, its child processes and signals have to tell it.
#pragma once

#include "../frame.hpp"

#include <pier/loop.hpp>
#include <pier/sync/event.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/time.hpp>

#include <atomic>
#include <memory>

namespace pier {

// A loop with the blocking engine: it starts no thread, and a child of a fork can destroy its copy without harm to the
// parent's. Made, used and destroyed on one thread, but for ring().
class Bell {
public:
    explicit Bell(Frame& frame) noexcept : frame_(frame) {}

    // What fails is said, and the frame fails.
    [[nodiscard]] bool hang();

    // Any thread, also a signal handler; before hang() it is not heard. What the waiting thread has to see has been
    // stored before.
    void ring() noexcept {
        if (Notifier* notifier = heard_.load()) notifier->notify();
    }

    // Returns when it has rung since the last wait has ended, or at the deadline.
    void wait(Deadline deadline = {}) { loop_->run(until_rung(deadline)); }

    // The same, for who waits for something else, too.
    [[nodiscard]] Loop& loop() noexcept { return *loop_; }
    [[nodiscard]] Event& rung() noexcept { return rung_; }

private:
    Task<void> until_rung(Deadline deadline);

    Frame& frame_;
    Event rung_;
    std::unique_ptr<Loop> loop_;
    std::unique_ptr<Notifier> notifier_;
    std::atomic<Notifier*> heard_{nullptr};
};

}  // namespace pier
