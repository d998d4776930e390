#include "crew.hpp"

#include <pier/cli/program.hpp>
#include <pier/detail/assert.hpp>

#include <condition_variable>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace pier {
namespace {

// A thread that is coming up. By a condition variable, since std::atomic<T>::wait of GCC 12 may miss its notification
// where the system has no futex.
class Start {
public:
    // The first call counts.
    void end(std::vector<Listening> names) {
        std::lock_guard lock(mutex_);
        if (over_) return;
        over_ = true;
        names_ = std::move(names);
        changed_.notify_one();
    }

    std::vector<Listening> wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return over_; });
        return names_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<Listening> names_;
    bool over_ = false;
};

}  // namespace

Worker& Crew::add(const EngineInfo& engine, Worker::Deal deal) {
    return workers_.emplace_back(frame_.program, engine, std::move(deal));
}

void Crew::serve_here(Worker& worker, const std::vector<Listening>& wanted, ListenerOptions listening,
                      const Worker::Ready& ready, std::vector<Accepted> sockets) {
    if (!worker.create()) return frame_.fail();
    enlist(worker);
    if (!worker.run(wanted, listening, ready, std::move(sockets))) frame_.fail();
}

std::vector<Listening> Crew::serve_on_thread(Worker& worker, std::vector<Listening> wanted, ListenerOptions listening,
                                             std::vector<Accepted> sockets) {
    auto start = std::make_shared<Start>();
    try {
        threads_.emplace_back(
            [this, &worker, wanted = std::move(wanted), listening, start, sockets = std::move(sockets)]() mutable {
                frame_.survive_shortage([&] {
                    serve_here(
                        worker, wanted, listening, [&](const std::vector<Listening>& opened) { start->end(opened); },
                        std::move(sockets));
                });
                if (frame_.failed()) request(Worker::Request::stop);
                start->end({});
            });
    } catch (const std::system_error& failure) {
        say(frame_.service.name, "a thread can't be started (" + std::to_string(threads_.size()) +
                                     " have been, besides the first): " + failure.what());
        frame_.fail();
        request(Worker::Request::stop);
        return {};
    }
    return start->wait();
}

void Crew::request(Worker::Request wanted) noexcept {
    raise(wanted_, wanted);
    const std::size_t count = enlisted_.load();
    for (std::size_t i = 0; i < count; ++i) roster_[i].load()->request(wanted);
}

void Crew::end() noexcept {
    request(Worker::Request::stop);
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

// From now on the worker hears of requests. One that came while it was being enlisted reaches it here.
void Crew::enlist(Worker& worker) {
    {
        std::lock_guard lock(enlisting_);
        const std::size_t index = enlisted_.load();
        spi::require(index < roster_.size(), "more threads than a server can have");
        roster_[index].store(&worker);
        enlisted_.store(index + 1);
    }
    worker.request(wanted_.load());
}

}  // namespace pier
