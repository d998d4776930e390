// Queues of messages that processes share.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/ipc/creation.hpp>
#include <pier/ipc/name.hpp>
#include <pier/process/system_handle.hpp>
#include <pier/result.hpp>
#include <pier/spi/socket.hpp>
#include <pier/sys/ipc/interrupt.hpp>
#include <pier/sys/ipc/semaphore.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace pier {

// How many messages a queue holds, and how many bytes each may have at most.
struct QueueLimits {
    std::size_t capacity = 10;
    std::size_t message_size = 8192;

    friend bool operator==(const QueueLimits&, const QueueLimits&) noexcept = default;
};

struct ReceivedMessage {
    std::size_t size = 0;
    unsigned priority = 0;
};

namespace sys {

enum class QueueEnd : std::uint8_t { messages, room };

class Queue {
public:
    // Beyond these no system has queues.
    static constexpr std::size_t most_messages = 65'536;
    static constexpr std::size_t longest_message = 16 << 20;

    // Errors as those of MessageQueue say. The limits are within those above, and not 0.
    [[nodiscard]] static Result<Queue> create(const IpcName& name, QueueLimits limits, IpcCreation creation);
    [[nodiscard]] static Result<Queue> open(const IpcName& name);
    [[nodiscard]] static Result<void> remove(const IpcName& name);

    Queue(Queue&&) noexcept;
    Queue& operator=(Queue&&) = delete;
    ~Queue();

    [[nodiscard]] QueueLimits limits() const noexcept { return limits_; }
    [[nodiscard]] Result<std::size_t> size() noexcept;
    // Errors: operation_would_block.
    [[nodiscard]] Result<void> try_send(std::span<const std::byte> message, unsigned priority) noexcept;
    // There must be room for the longest message. Errors: operation_would_block.
    [[nodiscard]] Result<ReceivedMessage> try_receive(std::span<std::byte> into) noexcept;

    // What a loop can watch for both ends; no_socket where it can't, and a thread has to wait.
    [[nodiscard]] spi::NativeSocket watched() const noexcept;
    // BLOCKS until there is something to receive, or room to send: `taken`, a hint. The interrupt may be null.
    [[nodiscard]] Result<Waited> wait(QueueEnd end, Time until, const Interrupt* interrupt) noexcept;

private:
    struct Objects;  // the system's
    Queue(std::unique_ptr<Objects> objects, QueueLimits limits) noexcept;

    std::unique_ptr<Objects> objects_;
    QueueLimits limits_;
};

}  // namespace sys
}  // namespace pier
