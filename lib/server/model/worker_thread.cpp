#include "worker_thread.hpp"

namespace pier {
namespace {

// Of each thread. A system's default (8 MiB on Linux, 1 MiB on Windows) is meant for programs that recurse; here tasks
// keep their data in frames on the heap. What needs a stack is the loop, a handler's own calls, and an exception's
// unwinding: an echo touches 12 to 16 KiB (measured on Linux, unoptimised, by smaps). Four chunks' worth of it leaves
// room for a handler with a buffer or two on the stack, and 256 threads reserve 64 MiB of addresses instead of 2 GiB.
constexpr std::size_t stack_size = std::size_t{256} << 10;

}  // namespace

Result<void> WorkerThread::start(Body body) {
    auto started = sys::Thread::start(stack_size, [this, body = std::move(body)]() mutable {
        const Result<void> made = worker_.make_loop();
        if (made) {
            up_ = true;
            worker_.request(wanted_.load());  // what was asked for before it was up
        }
        body(worker_, made);
        ended_ = true;
        bell_.ring();
    });
    if (!started) return fail(started.error());
    thread_ = std::move(*started);
    return {};
}

void WorkerThread::request(Worker::Request wanted) noexcept {
    raise(wanted_, wanted);
    if (up_) worker_.request(wanted_.load());
}

}  // namespace pier
