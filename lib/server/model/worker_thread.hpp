// A worker on a thread of its own, which comes and goes while the server serves.
#pragma once

#include "bell.hpp"

#include <pier/sys/thread.hpp>

#include <atomic>
#include <cstddef>
#include <functional>

namespace pier {

// Used by the thread that made it, which joins it before it goes; its own thread has the worker.
class WorkerThread {
public:
    WorkerThread(Frame& frame, Bell& bell) : worker_(frame.program, *frame.options.engine), bell_(bell) {}

    // Runs `body` with the worker, whose loop has been made, or with the error that this had. The bell rings when it
    // has returned. Errors: sys::Thread::start's.
    using Body = std::move_only_function<void(Worker& worker, Result<void> made)>;
    [[nodiscard]] Result<void> start(Body body);

    // The worker obeys as soon as its loop is there. Idempotent.
    void request(Worker::Request wanted) noexcept;

    [[nodiscard]] bool ended() const noexcept { return ended_.load(); }
    void join() noexcept { thread_.join(); }

private:
    Worker worker_;
    Bell& bell_;
    std::atomic<Worker::Request> wanted_{Worker::Request::none};
    std::atomic<bool> up_{false};  // the worker has its loop
    std::atomic<bool> ended_{false};
    sys::Thread thread_;
};

}  // namespace pier
