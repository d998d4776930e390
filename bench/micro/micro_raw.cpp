// The floor for posts: a lock-free list taken whole by one exchange, with an eventfd written only if the list was
// empty.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <utility>

#include "common/micro.hpp"

namespace {

class Mailbox {
public:
    Mailbox() : wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;  // an edge per write, so nobody has to read the counter
        if (wake_ < 0 || epoll_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
            bench::wrong("raw", "no eventfd or epoll");
        }
    }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox() {
        ::close(epoll_);
        ::close(wake_);
    }

    void post(bench::Task& task) {
        bench::Task* head = head_.load(std::memory_order_relaxed);
        do {
            task.next = head;
        } while (!head_.compare_exchange_weak(head, &task, std::memory_order_release, std::memory_order_relaxed));
        if (head != nullptr) return;
        const std::uint64_t one = 1;
        if (::write(wake_, &one, sizeof one) != sizeof one) bench::wrong("raw", "a wake was lost");
    }

    void run() {
        while (!stopped_) {
            bench::Task* newest = head_.exchange(nullptr, std::memory_order_acquire);
            if (newest == nullptr) {
                std::array<epoll_event, 8> events;
                ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
                continue;
            }
            for (bench::Task* task = oldest_first(newest); task != nullptr;) {
                bench::Task* next = task->next;  // the task may be posted again while it runs
                task->function(task->argument);
                task = next;
            }
        }
    }

    void stop() { stopped_ = true; }

private:
    static bench::Task* oldest_first(bench::Task* newest) {
        bench::Task* oldest = nullptr;
        while (newest != nullptr) {
            bench::Task* older = std::exchange(newest->next, oldest);
            oldest = std::exchange(newest, older);
        }
        return oldest;
    }

    std::atomic<bench::Task*> head_{nullptr};
    int wake_;
    int epoll_;
    bool stopped_ = false;
};

}  // namespace

int main() {
    bench::measure_posts<Mailbox>("raw");
    bench::measure_wakes<Mailbox>("raw");
}
