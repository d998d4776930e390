// What pier-ping counts, and which request an answer belongs to.
#include "statistics.hpp"
#include "requests.hpp"

#include <doctest/doctest.h>

using ping::Nanoseconds;
using std::chrono::milliseconds;

TEST_CASE("ping: statistics of nothing are zero") {
    const ping::Statistics none;
    CHECK(none.loss() == 0);
    CHECK(none.mean() == 0);
    CHECK(none.deviation() == 0);
}

TEST_CASE("ping: least, mean, most and deviation are those of the round trips") {
    ping::Statistics statistics;
    for (const int took : {2, 4, 4, 4, 5, 5, 7, 9}) {
        statistics.sent();
        statistics.answered(milliseconds(took));
    }
    CHECK(statistics.least() == 2);
    CHECK(statistics.most() == 9);
    CHECK(statistics.mean() == doctest::Approx(5));
    CHECK(statistics.deviation() == doctest::Approx(2));
    CHECK(statistics.loss() == 0);
}

TEST_CASE("ping: the loss is the share that has no answer, and duplicates don't lessen it") {
    ping::Statistics statistics;
    for (int i = 0; i < 3; ++i) statistics.sent();
    statistics.answered(milliseconds(1));
    for (int i = 0; i < 5; ++i) statistics.duplicate();
    CHECK(statistics.loss() == doctest::Approx(66.6667));
    CHECK(statistics.received() == 1);
    CHECK(statistics.duplicates() == 5);
}

TEST_CASE("ping: the deviation of long, nearly equal round trips is not lost in rounding") {
    ping::Statistics statistics;
    for (int i = 0; i < 1000; ++i) statistics.answered(std::chrono::hours(1) + std::chrono::microseconds(i % 2 * 2));
    CHECK(statistics.deviation() == doctest::Approx(0.001).epsilon(0.01));
}

TEST_CASE("ping: a request is found by its number, also when the numbers begin anew") {
    ping::Requests requests;
    CHECK(requests.next() == 1);
    CHECK(requests.find(1) == nullptr);
    constexpr int count = 70000;  // more than there are numbers
    for (int i = 1; i <= count; ++i) {
        const std::uint16_t sequence = requests.next();
        CHECK_UNARY(sequence == static_cast<std::uint16_t>(i));
        requests.add(Nanoseconds(i), {});
        const ping::Request* found = requests.find(sequence);
        REQUIRE(found != nullptr);
        CHECK_UNARY(found->sent == Nanoseconds(i));
        CHECK_UNARY(requests.find(requests.next()) == nullptr);
    }
    const auto oldest = static_cast<std::uint16_t>(count - ping::Requests::most + 1);
    CHECK(requests.find(oldest) != nullptr);
    CHECK(requests.find(static_cast<std::uint16_t>(oldest - 1)) == nullptr);
    CHECK(requests.open() == ping::Requests::most);
}

TEST_CASE("ping: the wall clock's round trip counts where it can be true") {
    const ping::Request request{.sent = milliseconds(100), .sent_wall = milliseconds(5000)};
    CHECK(ping::round_trip(request, milliseconds(110), {}) == milliseconds(10));
    CHECK(ping::round_trip(request, milliseconds(110), milliseconds(5007)) == milliseconds(7));
    CHECK(ping::round_trip(request, milliseconds(110), milliseconds(4000)) == milliseconds(10));  // it was set back
    CHECK(ping::round_trip(request, milliseconds(110), milliseconds(9000)) == milliseconds(10));  // and forward
}
