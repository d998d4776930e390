// A thread that waits in the place of tasks, for an object that only a blocked thread can wait for.
#pragma once

#include <pier/loop.hpp>
#include <pier/result.hpp>
#include <pier/sync/notifier.hpp>
#include <pier/sys/ipc/interrupt.hpp>
#include <pier/sys/ipc/semaphore.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace pier::spi {

// It is started by the first wait, takes the object when a task waits, and hands over what it has taken, to the task
// that has waited longest. What nobody waits for any more it gives back. A mutex has to be unlocked by the thread that
// locked it: then the thread holds it for the task until release().
//
// The thread shares this, so that one that can't be woken may outlive its owner.
class WaitingThread : public std::enable_shared_from_this<WaitingThread> {
public:
    WaitingThread(const WaitingThread&) = delete;
    virtual ~WaitingThread() = default;

    // Waits on the loop. Errors: too_many_processes, not_enough_memory, timed_out, operation_canceled; with these
    // nothing is taken. Throws std::bad_alloc.
    [[nodiscard]] static Task<Result<sys::Waited>> wait(std::shared_ptr<WaitingThread> thread, Deadline deadline);

    // Whether a task waits: who comes later should queue behind.
    [[nodiscard]] bool is_wanted() noexcept;
    // Of what it holds: lets it unlock.
    void release() noexcept;
    // By the owner, once, when no task waits and nothing is held. Joins the thread, if it can be woken.
    void close() noexcept;

protected:
    enum class Hold : bool { no, yes };
    explicit WaitingThread(Hold hold) noexcept : holds_(hold == Hold::yes) {}

    // On the thread. BLOCKS until then, or an interrupt.
    virtual Result<sys::Waited> take(Time until, const sys::Interrupt& interrupt) noexcept = 0;
    // On the thread.
    virtual void give_back(sys::Waited taken) noexcept = 0;

private:
    struct Waiter;
    class Place;

    Result<void> enter(Waiter& waiter);
    void leave(Waiter& waiter) noexcept;
    Result<void> start();
    void run() noexcept;
    void attend(std::unique_lock<std::mutex>& lock) noexcept;
    void hand_over(Waiter& waiter, const Result<sys::Waited>& taken) noexcept;
    void unlink(Waiter& waiter) noexcept;

    const bool holds_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread thread_;
    std::optional<sys::Interrupt> interrupt_;
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
    bool takes_ = false;  // the thread is inside of take()
    bool held_ = false;   // it holds what a task was given
    bool closed_ = false;
};

}  // namespace pier::spi
