// Counting semaphores that processes share.
#pragma once

#include <pier/ipc/creation.hpp>
#include <pier/ipc/name.hpp>
#include <pier/result.hpp>
#include <pier/sys/ipc/semaphore.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace pier {

namespace spi {
class WaitingThread;
}

// A count that is never below 0. A post adds to it; a wait takes one, or waits until it can. Whoever has taken one may
// keep it: nothing is given back when a process dies. That is what a NamedMutex is for.
//
// What stays behind: on POSIX the semaphore, with its count, is there until remove() or the next start of the machine.
// On Windows it is there while somebody has it open.
//
// How a task waits: a sem_t can't be polled, and a semaphore of Windows only by a thread. So the first wait that finds
// no count starts a thread of this object, which waits in the tasks' place and hands over what it takes, first come,
// first served. What it takes when the task has gone meanwhile (deadline, cancel) it posts back: no count is ever lost
// by that, but for an instant another process may find none. On Windows the thread is woken when the last task goes. On
// POSIX nothing wakes it (a signal, which could, belongs to the program): it goes on to wait until it gets a count,
// which it posts back, and looks up every ten seconds whether it is still wanted. So it may outlive the object by that.
//
// Move-only. post(), try_wait() and wait_here(): any thread. wait(): tasks of any loop. None of them may be under way
// when it moves or goes.
// Sources: sem_overview(7), sem_init(3), sem_clockwait(3); CreateSemaphore and WaitForMultipleObjects at Microsoft.
class NamedSemaphore {
public:
    // The greatest count.
    static constexpr std::uint32_t most = sys::Semaphore::most;
    // At a time: on POSIX they are added one by one.
    static constexpr std::uint32_t most_posted = 65'536;

    // With the count `initial`; one that is there already keeps its own (or_open). BLOCKS while another process of the
    // user makes or opens an object. Errors: name_taken; invalid_argument for a count beyond `most`; permission_denied
    // when it is another user's; not_enough_memory, too_many_files_open; what the system says. Throws std::bad_alloc.
    [[nodiscard]] static Result<NamedSemaphore> create(const IpcName& name, std::uint32_t initial,
                                                       IpcCreation creation = IpcCreation::exclusive);
    // Errors: name_not_found; and those of create().
    [[nodiscard]] static Result<NamedSemaphore> open(const IpcName& name);
    // The name is free again; who has the semaphore open keeps it. On Windows this does nothing but look: the name goes
    // with the last one who has it open. Errors: name_not_found, permission_denied.
    [[nodiscard]] static Result<void> remove(const IpcName& name);

    NamedSemaphore(NamedSemaphore&&) noexcept;
    NamedSemaphore& operator=(NamedSemaphore&&) noexcept;
    ~NamedSemaphore();

    // Errors: count_too_large when the count would be beyond `most` (on POSIX a part may have been added by then);
    // invalid_argument for more than most_posted.
    [[nodiscard]] Result<void> post(std::uint32_t count = 1) noexcept {
        if (count > most_posted) [[unlikely]]
            return fail(Errc::invalid_argument);
        return object_->post(count);
    }
    // Whether there was one to take.
    [[nodiscard]] bool try_wait() noexcept { return object_->try_wait(); }
    // Errors: timed_out and operation_canceled, and then nothing was taken; too_many_processes when no thread is to be
    // had; not_enough_memory; what the system says. Throws std::bad_alloc.
    [[nodiscard]] Task<Result<void>> wait(Deadline deadline = {});
    // The same without a loop. BLOCKS. Not in order with the tasks that wait.
    [[nodiscard]] Result<void> wait_here(Deadline deadline = {}) noexcept;

private:
    class Thread;
    explicit NamedSemaphore(sys::Semaphore&& object);

    std::shared_ptr<sys::Semaphore> object_;
    std::shared_ptr<Thread> thread_;
};

}  // namespace pier
