#include "support.hpp"

#include <algorithm>
#include <array>

using namespace ipc_tests;
using pier::MessageQueue;
using pier::QueueLimits;

namespace {

constexpr QueueLimits small{4, 64};

std::string text_of(std::span<const std::byte> message, const pier::ReceivedMessage& received) {
    return {reinterpret_cast<const char*>(message.data()), received.size};
}

// Receives what is there; each message is whole: of one value.
int drain(MessageQueue& queue, std::span<std::byte> room) {
    for (int count = 0;; ++count) {
        auto received = queue.try_receive(room);
        if (!received) return count;
        const auto message = room.first(received->size);
        CHECK(std::ranges::all_of(message, [&](std::byte each) { return each == message[0]; }));
    }
}

}  // namespace

TEST_CASE("queue: messages come whole, by priority and then by age") {
    const Name name(IpcKind::queue);
    MessageQueue queue = given(MessageQueue::create(name, {6, 64}));
    MessageQueue other = given(MessageQueue::open(name));
    CHECK(other.limits() == QueueLimits{6, 64});
    struct Message {
        const char* text;
        unsigned priority;
    };
    for (const Message& each : {Message{"a", 1}, {"b", 0}, {"c", 31}, {"d", 1}, {"", 0}, {"e", 1}})
        CHECK(outcome(queue.try_send(bytes(each.text), each.priority)) == Errc::ok);
    CHECK(given(other.size()) == 6);
    std::array<std::byte, 64> room;
    for (const Message& each : {Message{"c", 31}, {"a", 1}, {"d", 1}, {"e", 1}, {"b", 0}, {"", 0}}) {
        const pier::ReceivedMessage received = given(other.try_receive(room));
        CHECK(text_of(room, received) == each.text);
        CHECK(received.priority == each.priority);
    }
    CHECK(outcome(other.try_receive(room)) == Errc::operation_would_block);
    CHECK(given(queue.size()) == 0);
    CHECK(outcome(queue.try_send({})) == Errc::ok);
    CHECK(given(other.try_receive(room)).size == 0);
}

TEST_CASE("queue: it is bounded in messages and in bytes") {
    const Name name(IpcKind::queue);
    MessageQueue queue = given(MessageQueue::create(name, small));
    const std::string longest(64, 'x');
    CHECK(outcome(queue.try_send(bytes(longest + "x"))) == Errc::message_size);
    CHECK(outcome(queue.try_send(bytes("x"), MessageQueue::highest_priority + 1)) == Errc::invalid_argument);
    for (int i = 0; i < 4; ++i) CHECK(outcome(queue.try_send(bytes(longest))) == Errc::ok);
    CHECK(outcome(queue.try_send(bytes(""))) == Errc::operation_would_block);
    CHECK(outcome(queue.send_here(bytes(""), after(1ms))) == Errc::timed_out);
    std::array<std::byte, 64> room;
    CHECK(outcome(queue.try_receive(std::span(room).first(63))) == Errc::message_size);
    CHECK(given(queue.receive_here(room)).size == 64);
    CHECK(outcome(queue.send_here(bytes(""))) == Errc::ok);
}

TEST_CASE("queue: limits that can't be are refused when it is made") {
    const Name name(IpcKind::queue);
    CHECK(outcome(MessageQueue::create(name, {0, 64})) == Errc::invalid_argument);
    CHECK(outcome(MessageQueue::create(name, {4, 0})) == Errc::invalid_argument);
    CHECK(outcome(MessageQueue::create(name, {100'000, 64})) == Errc::beyond_limit);
    CHECK(outcome(MessageQueue::create(name, {4, std::size_t{1} << 40})) == Errc::beyond_limit);
    CHECK(outcome(MessageQueue::open(name)) == Errc::name_not_found);
}

TEST_CASE("queue: a name that is taken, and one that is not there") {
    const Name name(IpcKind::queue);
    CHECK(outcome(MessageQueue::open(name)) == Errc::name_not_found);
    CHECK(outcome(MessageQueue::remove(name)) == Errc::name_not_found);
    MessageQueue queue = given(MessageQueue::create(name, small));
    CHECK(outcome(MessageQueue::create(name, small)) == Errc::name_taken);
    CHECK(outcome(MessageQueue::create(name, {5, 64}, IpcCreation::or_open)) == Errc::name_taken);
    MessageQueue same = given(MessageQueue::create(name, small, IpcCreation::or_open));
    CHECK(outcome(MessageQueue::remove(name)) == Errc::ok);
    // Who has it keeps it.
    CHECK(outcome(same.try_send(bytes("x"))) == Errc::ok);
    std::array<std::byte, 64> room;
    CHECK(given(queue.try_receive(room)).size == 1);
}

TEST_CASE("queue: a sender that is killed has sent its last message whole or not at all") {
    const Name name(IpcKind::queue);
    MessageQueue queue = given(MessageQueue::create(name, {10, 8192}));
    std::vector<std::byte> room(8192);
    for (int round = 0; round < 5; ++round) {
        Second second({"flood", name.text()});
        second.expect_ready();
        for (int i = 0; i < 50; ++i) CHECK(given(queue.receive_here(room, after(patience))).size > 0);
        second.kill();
        const int left = drain(queue, room);
        CHECK(left <= 10);
        CHECK(given(queue.size()) == 0);
        // It works on.
        for (int i = 0; i < 10; ++i) CHECK(outcome(queue.try_send(bytes("xxx"))) == Errc::ok);
        CHECK(outcome(queue.try_send(bytes("xxx"))) == Errc::operation_would_block);
        CHECK(drain(queue, room) == 10);
    }
}

TEST_CASE("queue: a receiver that is killed takes at most its own message along") {
    const Name name(IpcKind::queue);
    MessageQueue queue = given(MessageQueue::create(name, {10, 8192}));
    const std::string message(8192, 'm');
    for (int round = 0; round < 5; ++round) {
        Second second({"drain", name.text()});
        second.expect_ready();
        for (int i = 0; i < 50; ++i) CHECK(outcome(queue.send_here(bytes(message), after(patience))) == Errc::ok);
        second.kill();
    }
    std::vector<std::byte> room(8192);
    CHECK(drain(queue, room) <= 10);
    CHECK(outcome(queue.try_send(bytes(message))) == Errc::ok);
}

TEST_CASE("loop: a queue's send waits for room and its receive for a message") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::queue);
        MessageQueue queue = given(MessageQueue::create(name, small));
        std::vector<std::string> came;
        auto receiver = [&]() -> Task<void> {
            std::array<std::byte, 64> room;
            for (int i = 0; i < 100; ++i) {
                auto received = co_await queue.receive(room, after(patience));
                REQUIRE(outcome(received) == Errc::ok);
                came.push_back(text_of(room, *received));
            }
        };
        auto sender = [&]() -> Task<void> {
            for (int i = 0; i < 100; ++i) {
                const std::string text = std::to_string(i);
                auto sent = co_await queue.send(bytes(text), after(patience));
                REQUIRE(outcome(sent) == Errc::ok);
            }
        };
        // Under an engine that waits for one thing the two would wait in turn for what the other one does.
        pier::TaskScope scope;
        if (!one_at_a_time()) {
            scope.spawn(receiver());
            scope.spawn(sender());
            (void)co_await scope.join();
        } else {
            for (int i = 0; i < 100; ++i) {
                auto sent = co_await queue.send(bytes(std::to_string(i)), after(patience));
                REQUIRE(outcome(sent) == Errc::ok);
                std::array<std::byte, 64> room;
                auto received = co_await queue.receive(room, after(patience));
                REQUIRE(outcome(received) == Errc::ok);
                came.push_back(text_of(room, *received));
            }
        }
        REQUIRE(came.size() == 100);
        for (int i = 0; i < 100; ++i) CHECK(came[static_cast<std::size_t>(i)] == std::to_string(i));
    });
}

TEST_CASE("loop: messages of another process wake a queue's receive") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::queue);
        MessageQueue queue = given(MessageQueue::create(name, {10, 100}));
        Second second({"flood", name.text()});
        std::array<std::byte, 100> room;
        for (int i = 0; i < 500; ++i) {
            auto received = co_await queue.receive(room, after(patience));
            REQUIRE(outcome(received) == Errc::ok);
            CHECK(received->size > 0);
        }
        second.kill();
    });
}

TEST_CASE("loop: deadlines and cancels end a queue's waits, and lose no message") {
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::queue);
        MessageQueue queue = given(MessageQueue::create(name, small));
        std::array<std::byte, 64> room;
        auto late = co_await queue.receive(room, after(1ms));
        CHECK(outcome(late) == Errc::timed_out);
        Errc waited = Errc::ok;
        auto waiter = [&]() -> Task<void> {
            std::array<std::byte, 64> own;
            auto received = co_await queue.receive(own);
            waited = outcome(received);
        };
        pier::TaskScope scope;
        scope.spawn(waiter());
        (void)co_await pier::yield();
        scope.cancel();
        (void)co_await scope.join();
        CHECK(waited == Errc::operation_canceled);
        for (int i = 0; i < 4; ++i) {
            auto sent = co_await queue.send(bytes("x"));
            CHECK(outcome(sent) == Errc::ok);
        }
        auto full = co_await queue.send(bytes("x"), after(1ms));
        CHECK(outcome(full) == Errc::timed_out);
        // What is there counts, however late one asks.
        auto past = co_await queue.receive(room, after(0s));
        CHECK(outcome(past) == Errc::ok);
        CHECK(given(queue.size()) == 3);
    });
}

TEST_CASE("loop: several tasks wait for messages, and each message is received once") {
    if (one_at_a_time()) return;
    on_loop([]() -> Task<void> {
        const Name name(IpcKind::queue);
        MessageQueue queue = given(MessageQueue::create(name, small));
        int came = 0;
        auto receiver = [&]() -> Task<void> {
            std::array<std::byte, 64> room;
            for (int i = 0; i < 10; ++i) {
                auto received = co_await queue.receive(room, after(patience));
                REQUIRE(outcome(received) == Errc::ok);
                ++came;
            }
        };
        pier::TaskScope scope;
        for (int i = 0; i < 5; ++i) scope.spawn(receiver());
        for (int i = 0; i < 50; ++i) {
            auto sent = co_await queue.send(bytes("x"), after(patience));
            REQUIRE(outcome(sent) == Errc::ok);
        }
        (void)co_await scope.join();
        CHECK(came == 50);
        CHECK(given(queue.size()) == 0);
    });
}
