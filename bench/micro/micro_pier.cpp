// Pier's timers and posts. Timers: the loop's wheel under the engine that runs here, as Loop turns them, without the
// coroutine that a sleep resumes. As in libev, whose timers count from the loop's idea of now, a start reads no clock;
// Loop reads it for a relative deadline, which must never be early. Posts: a whole loop.
#include <pier/detail/timer_wheel.hpp>
#include <pier/loop.hpp>
#include <pier/sync/event.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/socket.hpp>

#include <cstdlib>
#include <memory>
#include <vector>

#include "common/micro.hpp"

namespace {

template <class T>
T expect(pier::Result<T> result, const char* what) {
    if (!result) bench::wrong("pier", what);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class Timers {
public:
    static constexpr std::size_t bytes = sizeof(pier::spi::Timer);

    explicit Timers(int count)
        : timers_(static_cast<std::size_t>(count)),
          engine_(expect(pier::find_engine({})->make(chunks_), "no engine")) {}

    void start(int index, unsigned ms) { wheel_.start(at(index), now_ + std::chrono::milliseconds(ms)); }
    void cancel(int index) { wheel_.stop(at(index)); }
    void run() {
        while (!wheel_.empty()) {
            pier::spi::Harvest harvest;
            expect(engine_->wait(wheel_.next(), harvest), "the engine does not wait");
            now_ = pier::sys::now();
            while (wheel_.expire(now_) != nullptr) bench::timer_fired();
        }
    }

private:
    pier::spi::Timer& at(int index) { return timers_[static_cast<std::size_t>(index)]; }

    std::vector<pier::spi::Timer> timers_;
    pier::Time now_ = pier::sys::now();
    pier::spi::TimerWheel wheel_{now_};
    pier::spi::ChunkPool chunks_;
    std::unique_ptr<pier::spi::Engine> engine_;
};

class Mailbox {
public:
    Mailbox() : letters_(most_letters), loop_(expect(pier::Loop::create(), "no loop")) {
        for (Letter& letter : letters_) {
            letter.run = [](pier::Post& post) noexcept {
                bench::Task& task = *static_cast<Letter&>(post).task;
                task.function(task.argument);
            };
        }
    }

    void post(bench::Task& task) {
        Letter& letter = letters_[next_++ % most_letters];
        letter.task = &task;
        loop_->post(letter);
    }
    void run() {
        const auto until_stopped = [this]() -> pier::Task<void> { (void)co_await stopped_.wait(); };
        loop_->run(until_stopped());
    }
    void stop() { stopped_.set(); }

private:
    struct Letter : pier::Post {
        bench::Task* task = nullptr;
    };
    static constexpr std::size_t most_letters = bench::post_count;

    std::vector<Letter> letters_;
    std::size_t next_ = 0;  // one thread posts to a mailbox
    std::unique_ptr<pier::Loop> loop_;
    pier::Event stopped_;
};

}  // namespace

int main() {
    if (!pier::sys::start_up()) bench::wrong("pier", "no sockets");
    bench::measure_timers<Timers>("pier");
    bench::measure_posts<Mailbox>("pier");
    bench::measure_wakes<Mailbox>("pier");
}
