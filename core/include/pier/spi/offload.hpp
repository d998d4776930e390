// Blocking calls on threads of their own, so that the loop goes on: what has no other way (the system's resolver).
#pragma once

#include <pier/spi/awaiter.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace pier::spi {

// One call. Shared by the waiting task and the thread that makes it, because the task may give up while the call, which
// nobody can interrupt, goes on.
class Job : public Post {
public:
    Job() noexcept;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;

protected:
    // On a thread of the pool; its results are read by the loop's thread later.
    virtual void work() noexcept = 0;

private:
    friend class JobAwaiter;
    friend class JobPool;
    void finish(const std::shared_ptr<Job>& self) noexcept;
    void abandon() noexcept;

    std::mutex mutex_;
    Loop* loop_ = nullptr;            // whom to tell; null when nobody waits any more
    Operation* operation_ = nullptr;  // the loop's thread alone
    std::shared_ptr<Job> self_;       // while it is in the loop's inbox
};

// Waits until a job is done. Jobs wait for a thread in a queue; errors: temporary_resolver_failure when that is full,
// timed_out, operation_canceled.
class JobAwaiter : public Awaiter<Operation> {
public:
    JobAwaiter(Deadline limit, std::shared_ptr<Job> job) noexcept;
    ~JobAwaiter();
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop& loop = enter(handle);
        attend(loop);
        bool pending = loop.start(*this, take_deadline());
        submit(loop);
        return pending;
    }

private:
    void attend(Loop& loop) noexcept;
    void submit(Loop& loop) noexcept;
    static void cancelled(Loop& loop, Operation& op);

    std::shared_ptr<Job> job_;
};

}  // namespace pier::spi
