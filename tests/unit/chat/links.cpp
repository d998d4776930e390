// A link over a network that loses, repeats and reorders.
#include "../../contract/support/outcome.hpp"

#include <pier/chat/bucket.hpp>
#include <pier/chat/gaps.hpp>
#include <pier/chat/link.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace pier::chat;
using namespace std::chrono_literals;

namespace {

constexpr pier::Time start{1h};

std::vector<std::string> deliver(Link& to, const std::vector<Data>& datagrams) {
    std::vector<std::string> out;
    for (const Data& data : datagrams) {
        for (std::string& message : to.take(data)) out.push_back(std::move(message));
    }
    return out;
}

}  // namespace

TEST_CASE("chat: a link delivers in order, each once") {
    Link a(Link::Repeats::yes);
    Link b(Link::Repeats::yes);
    for (const char* text : {"one", "two", "three"}) CHECK(a.post(text));
    auto sent = a.due(start);
    REQUIRE(sent.size() == 3);
    CHECK(a.due(start).empty());
    CHECK(deliver(b, {sent[2], sent[0], sent[0]}) == std::vector<std::string>{"one"});
    CHECK(b.ack().next == 2);
    CHECK(b.ack().later == 1);
    CHECK(deliver(b, {sent[2], sent[1], sent[1]}) == std::vector<std::string>{"two", "three"});
    a.take(b.ack(), start);
    CHECK(a.open() == 0);
    CHECK(a.next() == pier::never);
}

TEST_CASE("chat: what is lost is sent again, a few times, and then given up") {
    Link a(Link::Repeats::yes);
    Link b(Link::Repeats::yes);
    a.post("lost");
    pier::Time now = start;
    unsigned times = 0;
    while (a.next() != pier::never || times == 0) {
        times += static_cast<unsigned>(a.due(now).size());
        now = a.next() == pier::never ? now : a.next();
    }
    CHECK(times == Link::most_tries);
    CHECK(now - start == 200ms + 400ms + 800ms + 1600ms + 4 * 3200ms);
    CHECK(a.take_given_up() == std::vector<std::string>{"lost"});
    CHECK(a.take_given_up().empty());
    a.post("next");
    CHECK(deliver(b, a.due(now)) == std::vector<std::string>{"next"});
    CHECK(b.ack().next == 3);
}

TEST_CASE("chat: a link waits longer where acknowledgements take long, and repeats few at a time") {
    Link a(Link::Repeats::yes);
    for (int i = 0; i < 10; ++i) a.post(std::to_string(i));
    CHECK(a.due(start).size() == 10);
    CHECK(a.due(start + 200ms).size() == Link::most_repeats);
    CHECK(a.next() == start + 600ms);
    a.take(Ack{11, 0}, start + 300ms);  // the last six were sent once
    a.post("next");
    CHECK(a.due(start + 1s).size() == 1);
    CHECK(a.next() == start + 1900ms);
    a.take(Ack{12, 0}, start + 1001ms);
    a.post("and next");
    CHECK(a.due(start + 2s).size() == 1);
    CHECK(a.next() == start + 2200ms);
}

TEST_CASE("chat: a link keeps a window in flight, and drops the oldest of too many") {
    Link a(Link::Repeats::yes);
    for (std::size_t i = 0; i < Link::most_waiting; ++i) CHECK(a.post(std::to_string(i)));
    CHECK_FALSE(a.post("last"));
    const auto sent = a.due(start);
    REQUIRE(sent.size() == Link::window);
    CHECK(sent.front().message == "1");
    CHECK(a.due(start).empty());
    a.take(Ack{Link::window + 1, 0}, start);
    CHECK(a.due(start).size() == Link::window);
    // Of what was not sent yet nothing can have come.
    a.take(Ack{4'000'000'000, 0}, start);
    CHECK(a.open() == Link::most_waiting - Link::window);
}

TEST_CASE("chat: over a network that loses a third, everything comes in order and once") {
    std::mt19937 random(5);
    Link a(Link::Repeats::yes);
    Link b(Link::Repeats::yes);
    std::vector<std::string> came;
    int posted = 0;
    pier::Time now = start;
    for (int turn = 0; turn < 100'000 && came.size() < 1000; ++turn, now += 10ms) {
        if (posted < 1000 && a.open() < 200) a.post(std::to_string(posted++));
        std::vector<Data> sent = a.due(now);
        std::shuffle(sent.begin(), sent.end(), random);
        for (const Data& data : sent) {
            for (std::size_t copies = random() % 4; copies > 1; --copies) {
                for (std::string& text : b.take(data)) came.push_back(std::move(text));
            }
        }
        if (random() % 3 != 0) a.take(b.ack(), now);
    }
    const std::size_t lost = a.take_given_up().size();
    int last = -1;
    for (const std::string& text : came) {
        REQUIRE(std::stoi(text) > last);
        last = std::stoi(text);
    }
    CHECK(came.size() + lost >= 1000);
    CHECK(came.size() > 900);
}

TEST_CASE("chat: any data and acks leave a link's memory bounded") {
    std::mt19937 random(23);
    Link link(Link::Repeats::yes);
    for (int i = 0; i < 100'000; ++i) {
        const bool wild = random() % 16 == 0;
        const auto number = static_cast<std::uint32_t>(wild ? random() : random() % 200);
        const auto base = static_cast<std::uint32_t>(wild ? random() : number - random() % 40);
        REQUIRE(link.take(Data{number, base, "x"}).size() <= 2 * Link::window);
        link.post("y");
        (void)link.due(start + i * 1ms);
        link.take(Ack{static_cast<std::uint32_t>(random()), static_cast<std::uint32_t>(random())}, start + i * 1ms);
        REQUIRE(link.open() <= Link::window + Link::most_waiting);
    }
}

TEST_CASE("chat: missing lines are counted for each sender") {
    Gaps gaps;
    CHECK(gaps.take(1, 5) == 0);  // was here before us
    CHECK(gaps.take(1, 6) == 0);
    CHECK(gaps.take(1, 9) == 2);
    CHECK(gaps.take(1, 9) == 0);
    CHECK(gaps.take(1, 3) == 0);
    gaps.begin(2);
    CHECK(gaps.take(2, 3) == 2);
    CHECK(gaps.take(1, 10) == 0);
    gaps.end(2);
    CHECK(gaps.take(2, 7) == 0);
    for (std::uint32_t id = 10; id < 10 + 2 * Gaps::most_senders; ++id) CHECK(gaps.take(id, 1) == 0);
    CHECK(gaps.size() == Gaps::most_senders);
}

TEST_CASE("chat: a bucket gives a burst, and then its rate") {
    pier::Time now = start;
    Bucket bucket(3, 10, now);
    for (int i = 0; i < 3; ++i) CHECK(bucket.take(now));
    CHECK_FALSE(bucket.take(now));
    CHECK(bucket.next(now) == now + 100ms);
    CHECK_FALSE(bucket.take(now + 99ms));
    CHECK(bucket.take(now + 100ms));
    CHECK_FALSE(bucket.take(now + 150ms));
    now += 10s;
    CHECK(bucket.full(now));
    for (int i = 0; i < 3; ++i) CHECK(bucket.take(now));
    CHECK_FALSE(bucket.take(now));
    CHECK_FALSE(bucket.take(now - 5s));  // a clock that goes back gives nothing
}
