#include <uv.h>

#include <vector>

#include "common/micro.hpp"
#include "common/task_queue.hpp"

namespace {

class Timers {
public:
    static constexpr std::size_t bytes = sizeof(uv_timer_t);

    explicit Timers(int count) : timers_(static_cast<std::size_t>(count)) {
        if (uv_loop_init(&loop_) != 0) bench::wrong("libuv", "no loop");
        for (uv_timer_t& timer : timers_) uv_timer_init(&loop_, &timer);
    }
    Timers(const Timers&) = delete;
    Timers& operator=(const Timers&) = delete;
    ~Timers() {
        for (uv_timer_t& timer : timers_) uv_close(reinterpret_cast<uv_handle_t*>(&timer), nullptr);
        uv_run(&loop_, UV_RUN_DEFAULT);
        uv_loop_close(&loop_);
    }

    void start(int index, unsigned ms) {
        uv_timer_start(
            &at(index), [](uv_timer_t*) { bench::timer_fired(); }, ms, 0);
    }
    void cancel(int index) { uv_timer_stop(&at(index)); }
    void run() { uv_run(&loop_, UV_RUN_DEFAULT); }

private:
    uv_timer_t& at(int index) { return timers_[static_cast<std::size_t>(index)]; }

    uv_loop_t loop_;
    std::vector<uv_timer_t> timers_;
};

class Mailbox {
public:
    Mailbox() {
        const auto run_all = [](uv_async_t* wake) { static_cast<Mailbox*>(wake->data)->queue_.run_all(); };
        if (uv_loop_init(&loop_) != 0 || uv_async_init(&loop_, &wake_, run_all) != 0) bench::wrong("libuv", "no loop");
        wake_.data = this;
    }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox() {
        uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
        uv_run(&loop_, UV_RUN_DEFAULT);
        uv_loop_close(&loop_);
    }

    void post(bench::Task& task) {
        queue_.push(task);
        uv_async_send(&wake_);
    }
    void run() { uv_run(&loop_, UV_RUN_DEFAULT); }
    void stop() { uv_stop(&loop_); }

private:
    uv_loop_t loop_;
    uv_async_t wake_;
    bench::TaskQueue queue_;
};

}  // namespace

int main() {
    bench::measure_timers<Timers>("libuv");
    bench::measure_posts<Mailbox>("libuv");
    bench::measure_wakes<Mailbox>("libuv");
}
