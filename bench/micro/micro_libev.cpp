#include <ev.h>

#include <vector>

#include "common/micro.hpp"
#include "common/task_queue.hpp"

namespace {

struct ev_loop* new_loop() {
    struct ev_loop* loop = ev_loop_new(EVBACKEND_EPOLL);
    if (loop == nullptr) bench::wrong("libev", "no loop");
    return loop;
}

class Timers {
public:
    static constexpr std::size_t bytes = sizeof(ev_timer);

    explicit Timers(int count) : loop_(new_loop()), timers_(static_cast<std::size_t>(count)) {
        const auto fired = [](struct ev_loop*, ev_timer*, int) { bench::timer_fired(); };
        for (ev_timer& timer : timers_) ev_timer_init(&timer, fired, 1.0, 0.0);
    }
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;
    ~Timers() { ev_loop_destroy(loop_); }

    void start(int index, unsigned ms) {
        ev_timer& timer = at(index);
        ev_timer_set(&timer, ms / 1000.0, 0.0);
        ev_timer_start(loop_, &timer);
    }
    void cancel(int index) { ev_timer_stop(loop_, &at(index)); }
    void run() { ev_run(loop_, 0); }

private:
    ev_timer& at(int index) { return timers_[static_cast<std::size_t>(index)]; }

    struct ev_loop* loop_;
    std::vector<ev_timer> timers_;
};

class Mailbox {
public:
    Mailbox() : loop_(new_loop()) {
        const auto run_all = [](struct ev_loop*, ev_async* wake, int) {
            static_cast<Mailbox*>(wake->data)->queue_.run_all();
        };
        ev_async_init(&wake_, run_all);
        wake_.data = this;
        ev_async_start(loop_, &wake_);
    }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox() {
        ev_async_stop(loop_, &wake_);
        ev_loop_destroy(loop_);
    }

    void post(bench::Task& task) {
        queue_.push(task);
        ev_async_send(loop_, &wake_);
    }
    void run() { ev_run(loop_, 0); }
    void stop() { ev_break(loop_, EVBREAK_ALL); }

private:
    struct ev_loop* loop_;
    ev_async wake_{};
    bench::TaskQueue queue_;
};

}  // namespace

int main() {
    bench::measure_timers<Timers>("libev");
    bench::measure_posts<Mailbox>("libev");
    bench::measure_wakes<Mailbox>("libev");
}
