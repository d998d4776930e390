// A fixed number of threads, each with a loop: one takes a client, serves it to its end, and takes the next. No client
// pays for a thread's start, and there are never more of them than were asked for; who comes when all are busy waits in
// the system's queue.
#include "acceptor.hpp"
#include "model.hpp"
#include "worker_thread.hpp"

#include <pier/cli/program.hpp>

#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <new>
#include <string>

namespace pier {
namespace {

class ThreadPool final : public Model {
public:
    explicit ThreadPool(Frame& frame) : frame_(frame), acceptor_(frame) {}

    void run() override {
        if (!acceptor_.open()) return;
        for (unsigned i = 0; i < frame_.options.threads && !frame_.failed(); ++i) start();
        while (!frame_.failed() && !all_up()) acceptor_.bell().wait();
        acceptor_.announce();
        while (wanted_ < Worker::Request::stop && !frame_.failed()) {
            Accepted client = acceptor_.next(has_idle());
            if (client.valid()) hand_over(std::move(client));
        }
    }

    // The grace is each worker's own. The user may end it.
    void end() noexcept override {
        raise(wanted_, Worker::Request::stop);
        acceptor_.close();
        {
            std::lock_guard lock(mutex_);
            closing_ = true;
            changed_.notify_all();
        }
        for (;;) {
            std::erase_if(threads_, [](WorkerThread& thread) {
                if (!thread.ended()) return false;
                thread.join();
                return true;
            });
            if (threads_.empty()) return;
            for (WorkerThread& thread : threads_) thread.request(wanted_);
            acceptor_.bell().wait();
        }
    }

    void request(Worker::Request wanted) noexcept override {
        raise(wanted_, wanted);
        acceptor_.bell().ring();
    }

private:
    void start() {
        WorkerThread& thread = threads_.emplace_back(frame_, acceptor_.bell());
        const auto started = thread.start([this](Worker& worker, Result<void> made) {
            if (!made) return fail_to("starting engine " + std::string(frame_.options.engine->name), made.error());
            work(worker);
        });
        if (started) return;
        threads_.pop_back();
        // Not with fewer: who asks for threads counts on them.
        fail_to("starting a thread (" + std::to_string(threads_.size()) + " have been, besides the first)",
                started.error());
    }

    void fail_to(const std::string& what, const Error& error) {
        complain(frame_.service.name, what, error);
        frame_.fail();
    }

    // A thread's life.
    void work(Worker& worker) {
        for (;;) {
            Accepted client;
            {
                std::unique_lock lock(mutex_);
                ++idle_;
                acceptor_.bell().ring();
                changed_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
                --idle_;
                if (waiting_.empty()) return;
                client = std::move(waiting_.front());
                waiting_.pop_front();
            }
            worker.serve_one(std::move(client));
        }
    }

    bool all_up() {
        std::lock_guard lock(mutex_);
        return idle_ == threads_.size();
    }

    // Whether a thread waits for whom there is no client yet.
    bool has_idle() {
        std::lock_guard lock(mutex_);
        return idle_ > waiting_.size();
    }

    void hand_over(Accepted&& client) {
        std::lock_guard lock(mutex_);
        try {
            waiting_.push_back(std::move(client));
        } catch (const std::bad_alloc&) {
            return;  // want of memory costs this client its connection
        }
        changed_.notify_one();
    }

    Frame& frame_;
    Acceptor acceptor_;
    std::list<WorkerThread> threads_;  // the thread of main() alone has the list
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Accepted> waiting_;  // accepted because a thread was idle, and not taken yet
    std::size_t idle_ = 0;
    bool closing_ = false;
    std::atomic<Worker::Request> wanted_{Worker::Request::none};
};

}  // namespace

ModelInfo pool_model() noexcept {
    return {.name = "pool",
            .summary = "--threads that each serve one client after the other: for short work that blocks",
            .one_listener = true,
            .bound = "--threads",
            .tcp_alone = true,
            .make = make_model<ThreadPool>};
}

}  // namespace pier
