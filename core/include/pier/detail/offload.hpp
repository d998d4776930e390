// Blocking calls on threads of their own, so that the loop goes on: what has no other way (the system's resolver, an
// app's own work by on_worker()).
#pragma once

#include <pier/detail/awaiter.hpp>

#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace pier::spi {

// One call. Shared by the waiting task and the thread that makes it, because the task may give up while the call, which
// nobody can interrupt, goes on. A call that has not begun by then is never made.
class Job : public Post {
public:
    Job() noexcept;
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    virtual ~Job() = default;

    // For an operation that waits for the end of the call in any case, and has no bound but its own memory. It is in
    // flight on that loop, and is ended there. On the loop's thread, as the next. `self` is this object.
    void submit_for(Loop& loop, Operation& op, const std::shared_ptr<Job>& self) noexcept;
    // True: the call had not begun, and is never made. False: its end comes.
    [[nodiscard]] bool take_back() noexcept;

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
    bool submitted_ = false;          // the loop's thread alone
    std::shared_ptr<Job> self_;       // while it is in the loop's inbox

    // The pool's, under its lock: where the job waits for a thread, if it does.
    std::list<std::shared_ptr<Job>>::iterator place_;
    bool waits_ = false;
    bool counts_ = false;  // among those that have a bound
};

// Waits until a job is done. Four jobs run at a time, up to 1,024 wait for a thread. Who stops waiting frees the place
// at once. Errors: too_many_jobs when all places are taken, timed_out, operation_canceled.
class JobAwaiter : public Awaiter<Operation> {
public:
    JobAwaiter(Deadline limit, std::shared_ptr<Job> job) noexcept;
    ~JobAwaiter();
    template <std::derived_from<PromiseBase> P>
    bool await_suspend(std::coroutine_handle<P> handle) {
        Loop& loop = enter(handle);
        attend(loop);
        const Progress started = loop.start(*this, take_deadline());
        submit(loop);
        return is_parked(started);
    }

private:
    void attend(Loop& loop) noexcept;
    void submit(Loop& loop) noexcept;
    static void stop_waiting(Loop& loop, Operation& op, Error why) noexcept;

    std::shared_ptr<Job> job_;
};

}  // namespace pier::spi
