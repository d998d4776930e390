#include <pier/detail/offload.hpp>

#include <pier/spi/limits.hpp>

#include <condition_variable>
#include <list>
#include <new>
#include <system_error>
#include <thread>

namespace pier::spi {

// Of the process. Threads are made when there is work for them, and stay.
class JobPool {
public:
    // Never destroyed: a thread may still be inside a call when static objects go.
    static JobPool& instance() {
        static JobPool* const pool = new JobPool;
        return *pool;
    }

    enum class Bound : bool { none, jobs_waiting };

    // False when too many wait already, or there is no thread to be had. Throws std::bad_alloc, and the job is not in.
    bool submit(std::shared_ptr<Job> job, Bound bound) {
        std::list<std::shared_ptr<Job>> one;  // its memory first
        Job& waiting = *job;
        one.push_back(std::move(job));
        std::lock_guard lock(mutex_);
        if (bound == Bound::jobs_waiting && bounded_ >= limits::jobs_waiting) return false;
        if (idle_ <= jobs_.size() && threads_ < limits::worker_threads) {
            try {
                std::thread([this] { run(); }).detach();
                ++threads_;
            } catch (const std::system_error&) {
                if (threads_ == 0) return false;
            } catch (const std::bad_alloc&) {
                if (threads_ == 0) throw;
            }
        }
        waiting.place_ = one.begin();
        jobs_.splice(jobs_.end(), one);
        waiting.waits_ = true;
        waiting.counts_ = bound == Bound::jobs_waiting;
        if (waiting.counts_) ++bounded_;
        changed_.notify_one();
        return true;
    }

    // Its waiter has gone. One that runs, or is over, is left alone. Whether it still waited.
    bool withdraw(Job& job) noexcept {
        std::list<std::shared_ptr<Job>> gone;  // freed behind the lock
        std::lock_guard lock(mutex_);
        if (!std::exchange(job.waits_, false)) return false;
        if (job.counts_) --bounded_;
        gone.splice(gone.end(), jobs_, job.place_);
        return true;
    }

private:
    void run() {
        for (;;) {
            std::shared_ptr<Job> job = next();
            job->work();
            job->finish(job);
        }
    }

    std::shared_ptr<Job> next() {
        std::unique_lock lock(mutex_);
        ++idle_;
        changed_.wait(lock, [this] { return !jobs_.empty(); });
        --idle_;
        std::shared_ptr<Job> job = std::move(jobs_.front());
        jobs_.pop_front();
        job->waits_ = false;
        if (job->counts_) --bounded_;
        return job;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<std::shared_ptr<Job>> jobs_;  // those that wait for a thread
    std::size_t bounded_ = 0;               // those of them that have a bound
    std::size_t threads_ = 0;
    std::size_t idle_ = 0;
};

Job::Job() noexcept {
    run = [](Post& post) noexcept {
        auto& job = static_cast<Job&>(post);
        std::shared_ptr<Job> owned(std::move(job.self_));
        Operation* op = job.operation_;
        if (op != nullptr && op->stage == Stage::in_flight) op->context->loop->end(*op);
    };
}

// Under the lock: the loop can't go while it is being told, since its task would abandon the job first.
void Job::finish(const std::shared_ptr<Job>& self) noexcept {
    std::lock_guard lock(mutex_);
    Loop* loop = std::exchange(loop_, nullptr);
    if (loop == nullptr) return;
    self_ = self;
    loop->post(*this);
}

void Job::abandon() noexcept {
    operation_ = nullptr;
    {
        std::lock_guard lock(mutex_);
        loop_ = nullptr;
    }
    if (submitted_) (void)JobPool::instance().withdraw(*this);
}

void Job::submit_for(Loop& loop, Operation& op, const std::shared_ptr<Job>& self) noexcept {
    loop_ = &loop;
    operation_ = &op;
    Error error{Errc::not_enough_memory, 0};
    try {
        submitted_ = JobPool::instance().submit(self, JobPool::Bound::none);
        error.condition = Errc::too_many_jobs;
    } catch (const std::bad_alloc&) {
        submitted_ = false;
    }
    if (!submitted_) loop.end(op, error);
}

bool Job::take_back() noexcept { return submitted_ && JobPool::instance().withdraw(*this); }

JobAwaiter::JobAwaiter(Deadline limit, std::shared_ptr<Job> job) noexcept
    : Awaiter(limit, Verb::none), job_(std::move(job)) {
    withdraw = stop_waiting;
}

JobAwaiter::~JobAwaiter() {
    if (job_ != nullptr) job_->abandon();
}

void JobAwaiter::attend(Loop& loop) noexcept {
    job_->loop_ = &loop;
    job_->operation_ = this;
}

// After the start: from now on another thread may report the end, which this one sees in a later turn.
void JobAwaiter::submit(Loop& loop) noexcept {
    if (stage != Stage::in_flight) return;  // cancelled already
    try {
        job_->submitted_ = JobPool::instance().submit(job_, JobPool::Bound::jobs_waiting);
    } catch (const std::bad_alloc&) {
        return loop.end(*this, Error{Errc::not_enough_memory, 0});
    }
    if (!job_->submitted_) loop.end(*this, Error{Errc::too_many_jobs, 0});
}

void JobAwaiter::stop_waiting(Loop& loop, Operation& op, Error why) noexcept {
    static_cast<JobAwaiter&>(op).job_->abandon();
    loop.end(op, why);
}

}  // namespace pier::spi
