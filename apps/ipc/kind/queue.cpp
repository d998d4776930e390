// Two queues of messages, one for each direction.
#include "channel_side.hpp"
#include "kind.hpp"
#include "kind/names.hpp"
#include "kind/words.hpp"

#include <pier/ipc/message_queue.hpp>

namespace ipc {
namespace {

// The queue gives a message with its priority.
struct TwoQueues {
    pier::MessageQueue input;
    pier::MessageQueue output;

    auto send_all(std::span<const std::byte> bytes) { return output.send(bytes); }
    pier::Task<pier::Result<std::size_t>> receive(std::span<std::byte> into) {
        auto got = co_await input.receive(into);
        if (!got) co_return pier::fail(got.error());
        co_return got->size;
    }
};

class QueueHost final : public Host {
public:
    QueueHost(std::string word, pier::MessageQueue there, pier::MessageQueue back)
        : there_(std::move(there)), back_(std::move(back)), invitation_{{std::move(word)}, {}} {}
    ~QueueHost() override {
        // What is gone already need not go.
        (void)pier::MessageQueue::remove(name_for(invitation_.words.front(), "there"));
        (void)pier::MessageQueue::remove(name_for(invitation_.words.front(), "back"));
    }

    const Invitation& invitation() const noexcept override { return invitation_; }

    pier::Task<OpenedSide> meet(const pier::Process& /*other*/) override {
        co_return make_side(TwoQueues{std::move(back_), std::move(there_)}, Gives::messages);
    }

private:
    pier::MessageQueue there_;
    pier::MessageQueue back_;
    Invitation invitation_;
};

OrFault<std::unique_ptr<Host>> make_host() {
    std::string word = unique_word();
    auto there = pier::MessageQueue::create(name_for(word, "there"));
    if (!there) return fault("making a queue", there.error());
    auto back = pier::MessageQueue::create(name_for(word, "back"));
    if (!back) {
        (void)pier::MessageQueue::remove(name_for(word, "there"));
        return fault("making a queue", back.error());
    }
    return std::make_unique<QueueHost>(std::move(word), std::move(*there), std::move(*back));
}

pier::Task<OpenedSide> join(std::vector<std::string> words) {
    auto there = pier::MessageQueue::open(name_for(word_at(words, 0), "there"));
    if (!there) co_return fault("opening a queue", there.error());
    auto back = pier::MessageQueue::open(name_for(word_at(words, 0), "back"));
    if (!back) co_return fault("opening a queue", back.error());
    co_return make_side(TwoQueues{std::move(*there), std::move(*back)}, Gives::messages);
}

}  // namespace

Kind queue_kind() noexcept {
    return {.name = "queue",
            .summary = "two queues of whole messages with a bound (of 8 KiB each, unless the system's limits change)",
            .largest = pier::QueueLimits().message_size,
            .host = make_host,
            .join = join};
}

}  // namespace ipc
