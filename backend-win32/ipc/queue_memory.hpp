// The memory of a queue of messages: a table of messages and a list of those that wait. No call of the system.
#pragma once

#include <pier/result.hpp>
#include <pier/sys/ipc/queue.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace pier::win32 {

// Processes share it, one at a time uses it: all of this under the queue's mutex. A process may die in the middle of
// each function. A message's `state` decides alone whether it is there: the rest is made again from the messages by
// repair().
//
// Another program of the user may write anything into it, at any time. Then the messages are anything, too, but nothing
// outside of the memory is touched, and every call ends: the limits are kept here, and each index is looked at first.
class QueueMemory {
public:
    // Of as many bytes as size_for() says.
    QueueMemory(std::byte* memory, QueueLimits limits) noexcept
        : memory_(memory),
          capacity_(static_cast<std::uint32_t>(limits.capacity)),
          message_size_(static_cast<std::uint32_t>(limits.message_size)) {}

    // What such a queue needs, in bytes; the limits are those of sys::Queue.
    [[nodiscard]] static std::size_t size_for(QueueLimits limits) noexcept;
    // The limits of the queue that is there. Errors: name_not_found where none was ever finished; name_taken for what
    // is no queue of this size.
    [[nodiscard]] static Result<QueueLimits> limits_of(std::span<const std::byte> memory) noexcept;

    // Of memory that is all 0.
    void initialise() noexcept;

    // At most the capacity.
    [[nodiscard]] std::size_t count() const noexcept;
    // Whether the lists can be those of a queue. What can't needs a repair().
    [[nodiscard]] bool is_sound() const noexcept;
    // There must be room, and the message must fit.
    void push(std::span<const std::byte> message, unsigned priority) noexcept;
    // There must be one, and it must fit.
    ReceivedMessage pop(std::span<std::byte> into) noexcept;

    // An owner of the mutex has died, or the memory is not sound. It is sound afterwards.
    void repair() noexcept;

private:
    struct Header;
    struct Slot;
    [[nodiscard]] Header& header() const noexcept;
    // The last one for an index beyond it.
    [[nodiscard]] Slot& slot(std::uint32_t index) const noexcept;
    [[nodiscard]] std::uint32_t oldest_after(std::uint64_t sequence, std::uint32_t index) const noexcept;
    void insert(std::uint32_t index) noexcept;

    std::byte* memory_;
    std::uint32_t capacity_;
    std::uint32_t message_size_;
};

}  // namespace pier::win32
