#include <pier/ipc/message_queue.hpp>

#include "ipc/waiting_thread.hpp"

#include <pier/loop.hpp>
#include <pier/sync/event.hpp>
#include <pier/sys/clock.hpp>
#include <pier/watch.hpp>

#include <type_traits>

namespace pier {
namespace {

// For one end, where the system has nothing that a loop could watch. Taking leaves the queue alone: it is a hint.
class Thread : public spi::WaitingThread {
public:
    Thread(std::shared_ptr<sys::Queue> queue, sys::QueueEnd end) noexcept
        : WaitingThread(Hold::no), queue_(std::move(queue)), end_(end) {}

private:
    Result<sys::Waited> take(Time until, const sys::Interrupt& interrupt) noexcept override {
        return queue_->wait(end_, until, &interrupt);
    }
    void give_back(sys::Waited) noexcept override {}

    std::shared_ptr<sys::Queue> queue_;
    sys::QueueEnd end_;
};

bool would_block(const Error& error) noexcept { return error == Errc::operation_would_block; }

}  // namespace

struct MessageQueue::Shared {
    explicit Shared(sys::Queue&& object) : queue(std::make_shared<sys::Queue>(std::move(object))) {
        if (queue->watched() != spi::no_socket) return;
        messages = std::make_shared<Thread>(queue, sys::QueueEnd::messages);
        room = std::make_shared<Thread>(queue, sys::QueueEnd::room);
    }
    Shared(const Shared&) = delete;
    ~Shared() {
        if (messages != nullptr) messages->close();
        if (room != nullptr) room->close();
    }

    // While tasks wait, their loop has one watch for all of them.
    class Visit {
    public:
        explicit Visit(Shared& shared) noexcept : shared_(shared) { ++shared_.waiting; }
        Visit(const Visit&) = delete;
        ~Visit() {
            if (--shared_.waiting == 0) shared_.watch.close();
        }

    private:
        Shared& shared_;
    };

    Task<Result<void>> ready(sys::QueueEnd end, Deadline until) {
        if (messages != nullptr) {
            auto hint = co_await spi::WaitingThread::wait(end == sys::QueueEnd::messages ? messages : room, until);
            if (!hint) co_return fail(hint.error());
            co_return Result<void>();
        }
        if (waiting > 0 && watch.loop() != &this_loop()) co_return fail(Errc::already_in_progress);
        if (waiting == 0) {
            auto opened = Watch::open(queue->watched());
            if (!opened) co_return fail(opened.error());
            watch = std::move(*opened);
        }
        Visit visit(*this);
        spi::WaitAwaiter wait(until, watch, end == sys::QueueEnd::room);
        // It was tried a moment ago, so asking whether it is ready would be a call for nothing: the poller tells.
        watch.descriptor()->lane_of(wait).drained = true;
        auto waited = co_await wait;
        co_return waited;
    }

    // Tries until it is neither full nor empty. What came before the deadline counts, so it is tried once more then.
    template <class Try>
    Task<std::invoke_result_t<Try&>> until_done(Try attempt, sys::QueueEnd end, Deadline deadline) {
        const Deadline until = absolute(deadline);
        // Through the loop also when nothing has to be waited for: in a cancelled scope nothing is done, and others get
        // their turn.
        Event now;
        now.set();
        auto mine = co_await now.wait();
        if (!mine) co_return fail(mine.error());
        for (;;) {
            auto done = attempt();
            if (done || !would_block(done.error())) co_return done;
            auto hint = co_await ready(end, until);
            if (hint) continue;
            if (hint.error() != Errc::timed_out) co_return fail(hint.error());
            done = attempt();
            if (!done && would_block(done.error())) co_return fail(hint.error());
            co_return done;
        }
    }

    template <class Try>
    std::invoke_result_t<Try&> until_done_here(Try attempt, sys::QueueEnd end, Deadline deadline) noexcept {
        const Time until = deadline.resolve(sys::now());
        for (;;) {
            auto done = attempt();
            if (done || !would_block(done.error())) return done;
            auto hint = queue->wait(end, until, nullptr);
            if (!hint) return fail(hint.error());
            if (*hint == sys::Waited::nothing) return fail(Errc::timed_out);
        }
    }

    std::shared_ptr<sys::Queue> queue;
    std::shared_ptr<Thread> messages;
    std::shared_ptr<Thread> room;
    Watch watch;
    std::size_t waiting = 0;
};

MessageQueue::MessageQueue(std::unique_ptr<Shared> shared) noexcept : shared_(std::move(shared)) {}
MessageQueue::MessageQueue(MessageQueue&&) noexcept = default;
MessageQueue& MessageQueue::operator=(MessageQueue&&) noexcept = default;
MessageQueue::~MessageQueue() = default;

Result<MessageQueue> MessageQueue::create(const IpcName& name, QueueLimits limits, IpcCreation creation) {
    if (limits.capacity == 0 || limits.message_size == 0) return fail(Errc::invalid_argument);
    if (limits.capacity > sys::Queue::most_messages || limits.message_size > sys::Queue::longest_message)
        return fail(Errc::beyond_limit);
    auto queue = sys::Queue::create(name, limits, creation);
    if (!queue) return fail(queue.error());
    return MessageQueue(std::make_unique<Shared>(std::move(*queue)));
}

Result<MessageQueue> MessageQueue::open(const IpcName& name) {
    auto queue = sys::Queue::open(name);
    if (!queue) return fail(queue.error());
    return MessageQueue(std::make_unique<Shared>(std::move(*queue)));
}

Result<void> MessageQueue::remove(const IpcName& name) { return sys::Queue::remove(name); }

QueueLimits MessageQueue::limits() const noexcept { return shared_->queue->limits(); }

Result<std::size_t> MessageQueue::size() noexcept { return shared_->queue->size(); }

Result<void> MessageQueue::try_send(std::span<const std::byte> message, unsigned priority) noexcept {
    if (message.size() > limits().message_size) return fail(Errc::message_size);
    if (priority > highest_priority) return fail(Errc::invalid_argument);
    return shared_->queue->try_send(message, priority);
}

Result<ReceivedMessage> MessageQueue::try_receive(std::span<std::byte> into) noexcept {
    if (into.size() < limits().message_size) return fail(Errc::message_size);
    return shared_->queue->try_receive(into);
}

Task<Result<void>> MessageQueue::send(std::span<const std::byte> message, Deadline deadline, unsigned priority) {
    auto attempt = [this, message, priority] { return try_send(message, priority); };
    return shared_->until_done(attempt, sys::QueueEnd::room, deadline);
}

Task<Result<ReceivedMessage>> MessageQueue::receive(std::span<std::byte> into, Deadline deadline) {
    auto attempt = [this, into] { return try_receive(into); };
    return shared_->until_done(attempt, sys::QueueEnd::messages, deadline);
}

Result<void> MessageQueue::send_here(std::span<const std::byte> message, Deadline deadline,
                                     unsigned priority) noexcept {
    auto attempt = [this, message, priority] { return try_send(message, priority); };
    return shared_->until_done_here(attempt, sys::QueueEnd::room, deadline);
}

Result<ReceivedMessage> MessageQueue::receive_here(std::span<std::byte> into, Deadline deadline) noexcept {
    auto attempt = [this, into] { return try_receive(into); };
    return shared_->until_done_here(attempt, sys::QueueEnd::messages, deadline);
}

}  // namespace pier
