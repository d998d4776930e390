// Messages from processes to processes, in order of their priority, with a bound.
#pragma once

#include <pier/ipc/creation.hpp>
#include <pier/ipc/name.hpp>
#include <pier/result.hpp>
#include <pier/sys/ipc/queue.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace pier {

// Any number of processes may send and receive. A message arrives whole, once, at one receiver: those of the highest
// priority first, of equal ones the oldest. A queue that is full makes senders wait. A process that dies in the middle
// of a call has sent its message whole or not at all; what it had received is lost with it.
//
// What stays behind: on POSIX the queue, with its messages, is there until remove() or the next start of the machine.
// On Windows it is there while somebody has it open.
//
// On POSIX it is a queue of mq_overview(7), which a loop watches like a socket. The system's limits are in
// /proc/sys/fs/mqueue: as Linux comes, 10 messages of 8,192 bytes, and 819,200 bytes for all queues of a user. On
// Windows it is a list in shared memory, under a named mutex, with two named events by which threads of the object wait
// in the tasks' place. Not a pipe in message mode: that has no bound in messages and no priorities, joins one sender to
// one receiver, and goes with the process that serves it. There each call waits, BLOCKING, for the others' calls, each
// of which takes as long as the copy of its message.
//
// Move-only. try_*(), *_here(), size(): any thread. send() and receive(): tasks of one loop at a time. None of them may
// be under way when it moves or goes.
class MessageQueue {
public:
    // Priorities are from 0, the lowest, to this (POSIX promises no more).
    static constexpr unsigned highest_priority = 31;

    // One that is there is opened if it has these limits (or_open). BLOCKS while another process of the user makes or
    // opens an object. Errors: name_taken; invalid_argument for a limit of 0; beyond_limit for more than the system
    // gives (and than 65,536 messages of 16 MiB anywhere); permission_denied when it is another user's;
    // not_enough_memory; too_many_files_open; what the system says. Throws std::bad_alloc.
    [[nodiscard]] static Result<MessageQueue> create(const IpcName& name, QueueLimits limits = {},
                                                     IpcCreation creation = IpcCreation::exclusive);
    // Errors: name_not_found; and those of create().
    [[nodiscard]] static Result<MessageQueue> open(const IpcName& name);
    // The name is free again; who has the queue open keeps it. On Windows this does nothing but look: the name goes
    // with the last one who has it open. Errors: name_not_found, permission_denied.
    [[nodiscard]] static Result<void> remove(const IpcName& name);

    MessageQueue(MessageQueue&&) noexcept;
    MessageQueue& operator=(MessageQueue&&) noexcept;
    ~MessageQueue();

    [[nodiscard]] QueueLimits limits() const noexcept;
    // Messages that nobody has received, at some moment of the call.
    [[nodiscard]] Result<std::size_t> size() noexcept;

    // Waits for room. The bytes are the caller's, and must stay until it is over. Errors: message_size for more bytes
    // than a message may have; invalid_argument for a priority that there is not; timed_out and operation_canceled, and
    // then it was not sent; already_in_progress when tasks of another loop wait by this object; what the system says.
    // Throws std::bad_alloc.
    [[nodiscard]] Task<Result<void>> send(std::span<const std::byte> message, Deadline deadline = {},
                                          unsigned priority = 0);
    // Waits for a message. Errors: message_size when `into` has not room for the longest message; timed_out and
    // operation_canceled, and then no message is lost; and those of send().
    [[nodiscard]] Task<Result<ReceivedMessage>> receive(std::span<std::byte> into, Deadline deadline = {});

    // The same now or not at all. Errors: operation_would_block when there is no room, or no message.
    [[nodiscard]] Result<void> try_send(std::span<const std::byte> message, unsigned priority = 0) noexcept;
    [[nodiscard]] Result<ReceivedMessage> try_receive(std::span<std::byte> into) noexcept;

    // The same without a loop. They BLOCK.
    [[nodiscard]] Result<void> send_here(std::span<const std::byte> message, Deadline deadline = {},
                                         unsigned priority = 0) noexcept;
    [[nodiscard]] Result<ReceivedMessage> receive_here(std::span<std::byte> into, Deadline deadline = {}) noexcept;

private:
    struct Shared;
    explicit MessageQueue(std::unique_ptr<Shared> shared) noexcept;

    std::unique_ptr<Shared> shared_;
};

}  // namespace pier
