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
class QueueMemory {
public:
    explicit QueueMemory(std::byte* memory) noexcept : memory_(memory) {}

    // What such a queue needs, in bytes; the limits are those of sys::Queue.
    [[nodiscard]] static std::size_t size_for(QueueLimits limits) noexcept;

    // Of memory that is all 0.
    void initialise(QueueLimits limits) noexcept;
    [[nodiscard]] bool is_ready() const noexcept;
    [[nodiscard]] QueueLimits limits() const noexcept;

    [[nodiscard]] std::size_t count() const noexcept;
    // There must be room, and the message must fit.
    void push(std::span<const std::byte> message, unsigned priority) noexcept;
    // There must be one, and it must fit.
    ReceivedMessage pop(std::span<std::byte> into) noexcept;

    // An owner of the mutex has died.
    void repair() noexcept;

private:
    struct Header;
    struct Slot;
    [[nodiscard]] Header& header() const noexcept;
    [[nodiscard]] Slot& slot(std::uint32_t index) const noexcept;
    void insert(std::uint32_t index) noexcept;

    std::byte* memory_;
};

}  // namespace pier::win32
