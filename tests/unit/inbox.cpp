// The inbox: order, nothing lost, and the protocol by which a sleeping consumer is woken.
#include <pier/detail/inbox.hpp>

#include "../support/semaphore.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <deque>
#include <thread>
#include <vector>

using pier::spi::Inbox;
using pier::spi::Post;

namespace {

struct Letter : Post {
    std::size_t sender = 0;
    std::size_t number = 0;
};

// What a loop does with an inbox, with a semaphore as the engine's wake().
class Consumer {
public:
    void push(Post& post) {
        if (inbox_.push(post) == Inbox::Consumer::asleep) wakes_.release();
    }
    // The next letter, after sleeping where the inbox allows it; null when nobody woke it in time.
    Letter* next() {
        for (;;) {
            if (Post* post = inbox_.pop()) return static_cast<Letter*>(post);
            if (inbox_.announce_sleep() == Inbox::Sleep::allowed) {
                ++sleeps;
                if (!wakes_.try_acquire_for(std::chrono::seconds(20))) return nullptr;
            }
            inbox_.end_sleep();
        }
    }
    [[nodiscard]] bool empty() const { return inbox_.empty(); }

    std::size_t sleeps = 0;

private:
    Inbox inbox_;
    support::Semaphore wakes_;
};

}  // namespace

TEST_CASE("inbox: in order, also over several takes") {
    Inbox inbox;
    Letter letters[5];
    CHECK(inbox.empty());
    CHECK(inbox.pop() == nullptr);
    CHECK(inbox.push(letters[0]) == Inbox::Consumer::awake);
    CHECK(inbox.push(letters[1]) == Inbox::Consumer::awake);
    CHECK_FALSE(inbox.empty());
    CHECK(inbox.pop() == &letters[0]);
    CHECK(letters[0].next == nullptr);
    // The rest of the first take stands before what comes now.
    CHECK(inbox.push(letters[2]) == Inbox::Consumer::awake);
    CHECK(inbox.push(letters[3]) == Inbox::Consumer::awake);
    CHECK_FALSE(inbox.empty());
    CHECK(inbox.pop() == &letters[1]);
    CHECK_FALSE(inbox.empty());
    CHECK(inbox.pop() == &letters[2]);
    CHECK(inbox.push(letters[0]) == Inbox::Consumer::awake);
    CHECK(inbox.pop() == &letters[3]);
    CHECK(inbox.pop() == &letters[0]);
    CHECK(inbox.pop() == nullptr);
    CHECK(inbox.empty());
}

TEST_CASE("inbox: one wake for an announced sleep, none without") {
    Inbox inbox;
    Letter letters[4];
    CHECK(inbox.push(letters[0]) == Inbox::Consumer::awake);  // awake
    CHECK(inbox.announce_sleep() == Inbox::Sleep::refused);   // a post came first
    inbox.end_sleep();
    CHECK(inbox.pop() == &letters[0]);
    CHECK(inbox.announce_sleep() == Inbox::Sleep::allowed);
    CHECK(inbox.push(letters[1]) == Inbox::Consumer::asleep);  // this one has to wake
    CHECK(inbox.push(letters[2]) == Inbox::Consumer::awake);   // that is done
    inbox.end_sleep();
    CHECK(inbox.pop() == &letters[1]);
    CHECK(inbox.announce_sleep() == Inbox::Sleep::refused);  // the rest of what was taken counts, too
    inbox.end_sleep();
    CHECK(inbox.push(letters[3]) == Inbox::Consumer::awake);
    CHECK(inbox.pop() == &letters[2]);
    CHECK(inbox.pop() == &letters[3]);
    CHECK(inbox.announce_sleep() == Inbox::Sleep::allowed);
    inbox.end_sleep();  // woken by something else
    CHECK(inbox.push(letters[0]) == Inbox::Consumer::awake);
    CHECK(inbox.announce_sleep() == Inbox::Sleep::refused);
    CHECK(inbox.pop() == &letters[0]);
}

TEST_CASE("inbox: many senders, nothing lost, in order per sender") {
    constexpr std::size_t senders = 4;
    constexpr std::size_t each = 50'000;
    std::vector<std::vector<Letter>> letters(senders);
    for (std::size_t s = 0; s < senders; ++s) {
        letters[s] = std::vector<Letter>(each);
        for (std::size_t n = 0; n < each; ++n) {
            letters[s][n].sender = s;
            letters[s][n].number = n;
        }
    }
    Consumer consumer;
    std::vector<std::thread> threads;
    for (std::size_t s = 0; s < senders; ++s) {
        threads.emplace_back([&, s] {
            for (Letter& letter : letters[s]) {
                consumer.push(letter);
                // Pauses of different lengths let the consumer fall asleep at different points.
                if (letter.number % 512 == s) std::this_thread::sleep_for(std::chrono::microseconds(20 * s));
            }
        });
    }
    std::size_t expected[senders] = {};
    std::size_t got = 0;
    bool in_order = true;
    bool woken = true;
    while (got < senders * each) {
        Letter* letter = consumer.next();
        if (letter == nullptr) {
            woken = false;
            break;
        }
        if (letter->number != expected[letter->sender]++) in_order = false;
        ++got;
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(woken);
    CHECK(in_order);
    CHECK(got == senders * each);
    CHECK(consumer.empty());
    for (std::size_t count : expected) CHECK(count == each);
}

TEST_CASE("inbox: no wake is lost when each letter finds the consumer on its way to sleep") {
    constexpr std::size_t rounds = 30'000;
    Consumer there;
    Consumer back;
    std::thread echo([&] {
        for (std::size_t i = 0; i < rounds; ++i) {
            Letter* letter = there.next();
            if (letter == nullptr) return;
            back.push(*letter);  // a node may be posted again from inside
        }
    });
    Letter letter;
    std::size_t done = 0;
    for (; done < rounds; ++done) {
        letter.number = done;
        there.push(letter);
        Letter* answer = back.next();
        if (answer != &letter || answer->number != done) break;
    }
    echo.join();
    CHECK(done == rounds);
    CHECK(there.sleeps > 0);
    CHECK(back.sleeps > 0);
}
