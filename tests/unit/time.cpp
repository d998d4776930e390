// Deadlines: what they resolve to, and that nothing overflows.
#include <pier/time.hpp>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using pier::after;
using pier::at;
using pier::Deadline;
using pier::Duration;
using pier::never;
using pier::Time;

namespace {

constexpr Time noon{Duration(12h)};

}  // namespace

static_assert(Deadline().none());
static_assert(after(1s).resolve(noon) == noon + 1s);
static_assert(sizeof(Time) == 8);

TEST_CASE("time: no deadline is never") {
    CHECK(Deadline().none());
    CHECK_FALSE(Deadline().relative());
    CHECK(Deadline().resolve(noon) == never);
    CHECK(Deadline().resolve(Time{}) == never);
    CHECK(at(never).none());
}

TEST_CASE("time: a span counts from the present") {
    CHECK(after(1ns).resolve(noon) == noon + 1ns);
    CHECK(after(90min).resolve(noon) == Time{Duration(13h + 30min)});
    CHECK(after(1ns).relative());
    CHECK_FALSE(after(1ns).none());
    CHECK_FALSE(after(0ns).none());
}

TEST_CASE("time: a span of nothing or less is over now") {
    for (Duration span : {Duration(0), Duration(-1), Duration(-1h), Duration::min()}) {
        CHECK(after(span).relative());
        CHECK_FALSE(after(span).none());
        CHECK(after(span).resolve(noon) == noon);
        CHECK(after(span).resolve(Time{}) == Time{});
        CHECK(after(span).resolve(never) == never);
    }
}

TEST_CASE("time: a point in time does not move") {
    CHECK(at(noon).resolve(Time{}) == noon);
    CHECK(at(noon).resolve(noon + 5h) == noon);
    CHECK_FALSE(at(noon).relative());
    CHECK_FALSE(at(noon).none());
    CHECK_FALSE(at(never - 1ns).none());
    CHECK(at(never - 1ns).resolve(noon) == never - 1ns);
}

TEST_CASE("time: a point before the clock's zero is in the past") {
    for (Time past : {Time::min(), Time::min() + 1ns, Time{} - 1ns}) {
        CHECK_FALSE(at(past).relative());
        CHECK_FALSE(at(past).none());
        CHECK(at(past).resolve(noon) <= Time{});
    }
}

TEST_CASE("time: the end of time is a wall") {
    CHECK(after(Duration::max()).resolve(Time{}) == never);
    CHECK(after(Duration::max()).resolve(noon) == never);
    CHECK(after(Duration::max()).resolve(never) == never);
    CHECK(after(Duration::max() - 12h).resolve(noon) == never);
    CHECK(after(Duration::max() - 12h - 1ns).resolve(noon) == never - 1ns);
    CHECK(after(Duration::max() - 12h + 1ns).resolve(noon) == never);
    CHECK(after(1ns).resolve(never) == never);
    CHECK(after(1ns).resolve(never - 1ns) == never);
    CHECK(after(1ns).resolve(never - 2ns) == never - 1ns);
    CHECK(after(Duration::max()).relative());
}
