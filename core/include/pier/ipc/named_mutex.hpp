// Mutual exclusion of processes, which the death of an owner does not end.
#pragma once

#include <pier/ipc/creation.hpp>
#include <pier/ipc/name.hpp>
#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <memory>
#include <utility>

namespace pier {

// One owner at a time, of all tasks, threads and processes. When an owner dies with it (its process, or its thread),
// the next one gets it and is told: what the mutex protects may be half written. That one repairs it and says so:
//   auto lock = co_await mutex.lock();
//   if (lock && lock->owner_died()) { repair(memory); lock->mark_consistent(); }
// One that goes without saying so leaves the mutex unusable: all later locks end as state_not_recoverable. Then
// remove() it and make a new one.
//
// Not recursive. There is no order among processes; tasks that wait by one object are served in order.
//
// What stays behind: on POSIX the mutex is there until remove() or the next start of the machine. On Windows it is
// there while somebody has it open.
//
// How a task waits: systems count the owner by thread. A lock that is free is taken by the loop's own thread. Else a
// thread of this object waits in the task's place, and holds the lock for it. So a lock is released on the thread of
// the loop, and before the loop moves to another one. On POSIX nothing can end the thread's wait: it looks up every ten
// seconds whether it is still wanted, what it gets when nobody is it releases at once, and it may outlive the object by
// that time.
//
// Move-only. One object may be used by any thread, each lock by the thread that has it. None may be held or waited for
// when the object moves or goes.
// Sources: pthread_mutexattr_setrobust(3), pthread_mutex_consistent(3); "Mutex Objects" at Microsoft, WAIT_ABANDONED.
class NamedMutex {
    struct Shared;

public:
    // What its owner has. Released when it goes.
    class Lock {
    public:
        Lock() = default;
        Lock(Lock&& other) noexcept { swap(other); }
        Lock& operator=(Lock&& other) noexcept {
            Lock moved(std::move(other));
            swap(moved);
            return *this;
        }
        ~Lock() { release(); }

        [[nodiscard]] bool valid() const noexcept { return of_ != nullptr; }
        // An owner died with the lock, and nobody has made its state consistent since.
        [[nodiscard]] bool owner_died() const noexcept { return owner_died_; }
        // The state is repaired: later owners are not told any more.
        void mark_consistent() noexcept { consistent_ = true; }
        // Idempotent.
        void release() noexcept {
            if (of_ != nullptr) give_back();
        }

    private:
        friend class NamedMutex;
        void give_back() noexcept;
        void swap(Lock& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(by_thread_, other.by_thread_);
            std::swap(owner_died_, other.owner_died_);
            std::swap(consistent_, other.consistent_);
        }

        Shared* of_ = nullptr;
        bool by_thread_ = false;
        bool owner_died_ = false;
        bool consistent_ = false;
    };

    // One that is there is opened (or_open). A maker that died half-way has left nothing that would be in the way.
    // BLOCKS while another process of the user makes or opens an object. Errors: name_taken; permission_denied when it
    // is another user's; not_enough_memory, too_many_files_open; what the system says. Throws std::bad_alloc.
    [[nodiscard]] static Result<NamedMutex> create(const IpcName& name, IpcCreation creation = IpcCreation::exclusive);
    // Errors: name_not_found; and those of create().
    [[nodiscard]] static Result<NamedMutex> open(const IpcName& name);
    // The name is free again; who has the mutex open keeps it. On Windows this does nothing but look: the name goes
    // with the last one who has it open. Errors: name_not_found, permission_denied.
    [[nodiscard]] static Result<void> remove(const IpcName& name);

    NamedMutex(NamedMutex&&) noexcept;
    NamedMutex& operator=(NamedMutex&&) noexcept;
    ~NamedMutex();

    // Errors: timed_out and operation_canceled, and then it is not locked; state_not_recoverable; too_many_processes
    // when no thread is to be had; not_enough_memory; what the system says. Throws std::bad_alloc.
    [[nodiscard]] Task<Result<Lock>> lock(Deadline deadline = {});
    // The same without a loop. BLOCKS. Errors: besides, already_in_progress when this thread has it.
    [[nodiscard]] Result<Lock> lock_here(Deadline deadline = {}) noexcept;
    // Errors: operation_would_block when somebody has it, this thread included; state_not_recoverable; what the system
    // says.
    [[nodiscard]] Result<Lock> try_lock() noexcept;

private:
    class Thread;
    explicit NamedMutex(std::unique_ptr<Shared> shared) noexcept;

    std::unique_ptr<Shared> shared_;
};

}  // namespace pier
