// When who is asked, by a clock of the test's own.
#include "schedule.hpp"

#include "options.hpp"

#include <doctest/doctest.h>

#include <map>
#include <vector>

namespace {

using arp_scan::Ipv4Number;
using arp_scan::Pace;
using arp_scan::Schedule;
using std::chrono::milliseconds;

const pier::Time begin = pier::Time(std::chrono::hours(1));

struct Request {
    Ipv4Number address;
    pier::Duration at;
};
struct Run {
    std::vector<Request> requests;
    pier::Duration took{};
};

std::vector<Ipv4Number> hosts(Ipv4Number count) {
    std::vector<Ipv4Number> all;
    for (Ipv4Number i = 0; i < count; ++i) all.push_back(0xc0000200U + i);
    return all;
}

// Everything happens at once when its time has come. `answers` says after which request a host answers; 0 is never.
template <class Answers>
Run run(Schedule& schedule, Answers answers) {
    Run seen;
    pier::Time now = begin;
    std::map<Ipv4Number, unsigned> asked;
    for (int steps = 0; steps < 100'000; ++steps) {
        const Schedule::Step step = schedule.next(now);
        if (step.kind == Schedule::Kind::over) {
            seen.took = now - begin;
            return seen;
        }
        if (step.kind == Schedule::Kind::wait) {
            REQUIRE(step.until > now);
            now = step.until;
            continue;
        }
        schedule.asked(now);
        seen.requests.push_back({step.address, now - begin});
        if (++asked[step.address] == answers(step.address)) schedule.answered(step.address);
    }
    FAIL("it never ends");
    return seen;
}

}  // namespace

TEST_CASE("nobody answers: everybody is asked twice, 2 ms apart, and it takes as long as arp-scan's formula says") {
    Schedule schedule(hosts(256), {}, begin);
    const Run seen = run(schedule, [](Ipv4Number) { return 0U; });
    REQUIRE(seen.requests.size() == 512);
    for (std::size_t i = 0; i < 512; ++i) {
        CHECK(seen.requests[i].address == 0xc0000200U + i % 256);
        CHECK(seen.requests[i].at == milliseconds(2) * static_cast<int>(i));
    }
    CHECK(seen.took == milliseconds(2) * 511 + milliseconds(750));
    CHECK(schedule.responded() == 0);
    CHECK(schedule.requests() == 512);
}

TEST_CASE("the second request to a host waits for the timeout of the first one") {
    Schedule schedule(hosts(2), {}, begin);
    const Run seen = run(schedule, [](Ipv4Number) { return 0U; });
    REQUIRE(seen.requests.size() == 4);
    CHECK(seen.requests[2].at == milliseconds(500));
    CHECK(seen.requests[3].at == milliseconds(502));
    CHECK(seen.took == milliseconds(502 + 750));
}

TEST_CASE("each further wait is longer by the backoff") {
    Pace pace;
    pace.attempts = 4;
    pace.backoff = 2;
    Schedule schedule(hosts(1), pace, begin);
    const Run seen = run(schedule, [](Ipv4Number) { return 0U; });
    REQUIRE(seen.requests.size() == 4);
    CHECK(seen.requests[1].at == milliseconds(500));
    CHECK(seen.requests[2].at == milliseconds(1500));
    CHECK(seen.requests[3].at == milliseconds(3500));
    CHECK(seen.took == milliseconds(7500));
}

TEST_CASE("who has answered is asked no more, and when all have, it is over at once") {
    Schedule schedule(hosts(100), {}, begin);
    const Run seen = run(schedule, [](Ipv4Number) { return 1U; });
    CHECK(seen.requests.size() == 100);
    CHECK(seen.took == milliseconds(2) * 99);
    CHECK(schedule.responded() == 100);
}

TEST_CASE("half of them answer: the others alone are asked again, and waited for") {
    Schedule schedule(hosts(10), {}, begin);
    const Run seen = run(schedule, [](Ipv4Number each) { return each % 2 == 0 ? 1U : 0U; });
    CHECK(seen.requests.size() == 15);
    for (std::size_t i = 10; i < 15; ++i) CHECK(seen.requests[i].address % 2 == 1);
    CHECK(schedule.responded() == 5);
}

TEST_CASE("answers are counted of those who were asked alone") {
    Schedule schedule(hosts(2), {}, begin);
    CHECK_FALSE(schedule.answered(0xc0000200U));  // nobody has asked it yet
    CHECK_FALSE(schedule.answered(1));
    REQUIRE(schedule.next(begin).kind == Schedule::Kind::ask);
    schedule.asked(begin);
    CHECK(schedule.answered(0xc0000200U) == 1);
    CHECK(schedule.answered(0xc0000200U) == 2);
    CHECK_FALSE(schedule.answered(0xc0000201U));
    CHECK(schedule.responded() == 1);
}

TEST_CASE("requests that are late follow each other, but not all that there could have been") {
    Schedule schedule(hosts(1000), {}, begin);
    (void)schedule.next(begin);
    schedule.asked(begin);
    const pier::Time late = begin + std::chrono::seconds(1);
    int count = 0;
    while (schedule.next(late).kind == Schedule::Kind::ask && count < 1000) {
        schedule.asked(late);
        ++count;
    }
    // The one that was due, and those of the last 20 ms.
    CHECK(count == 12);
}

TEST_CASE("a queue that is full holds all requests up, and none is lost") {
    Schedule schedule(hosts(1), {}, begin);
    REQUIRE(schedule.next(begin).kind == Schedule::Kind::ask);
    schedule.hold(begin + milliseconds(1));
    const Schedule::Step step = schedule.next(begin);
    CHECK(step.kind == Schedule::Kind::wait);
    CHECK(step.until == begin + milliseconds(1));
    CHECK(schedule.next(step.until).kind == Schedule::Kind::ask);
    CHECK(schedule.requests() == 0);
}

TEST_CASE("no hosts are no work, and a host that is named twice is one") {
    Schedule none({}, {}, begin);
    CHECK(none.next(begin).kind == Schedule::Kind::over);
    Schedule twice({7, 7}, {}, begin);
    CHECK(twice.host_count() == 1);
}

TEST_CASE("a bandwidth is a number of bits with a decimal unit, and 256000 is a request each 2 ms") {
    CHECK(arp_scan::interval_of(256000) == milliseconds(2));
    CHECK(arp_scan::read_bandwidth("256000") == 256000);
    CHECK(arp_scan::read_bandwidth("256K") == 256000);
    CHECK(arp_scan::read_bandwidth("1.5M") == 1'500'000);
    for (const char* word : {"", "K", "x", "1G", "-1", "0", "nan", "inf", "1e400", "1 ", "0x10"}) {
        CHECK_FALSE(arp_scan::read_bandwidth(word));
    }
}
