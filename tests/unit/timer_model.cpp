// The timing wheel beside a model that is too simple to be wrong: a multimap in the order of firing.
#include <pier/detail/timer_wheel.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <tuple>
#include <vector>

using pier::Duration;
using pier::never;
using pier::Time;
using pier::spi::Timer;
using pier::spi::TimerWheel;

namespace {

constexpr std::int64_t tick = TimerWheel::tick.count();
constexpr std::int64_t horizon = std::int64_t{1} << 36;

Time at_tick(std::int64_t number) { return Time(Duration(number * tick)); }

struct Entry {
    // The tick in which it fires, then the expiry, then the start.
    using Order = std::multimap<std::tuple<std::int64_t, Time>, Entry*>;
    Timer timer;
    bool started = false;
    Order::iterator place;
};

class Comparison {
public:
    Comparison(std::uint32_t seed, std::int64_t start)
        : random_(seed), now_(at_tick(start)), position_(start), wheel_(now_), entries_(300) {}

    void step() {
        Entry& entry = entries_[random_() % entries_.size()];
        auto choice = random_() % 100;
        if (choice < 45) {
            if (!entry.started) start(entry);
        } else if (choice < 60) {
            stop(entry);
        } else {
            look();
        }
        REQUIRE(wheel_.size() == model_.size());
        REQUIRE(wheel_.empty() == model_.empty());
        check_next();
    }

    std::size_t fired = 0;

private:
    std::int64_t any_span() {
        // A level first, so that the long ones don't make up nearly all.
        auto bits = random_() % 47;
        return static_cast<std::int64_t>(random_() & ((std::uint64_t{1} << bits) - 1));
    }

    void start(Entry& entry) {
        Time expiry = now_ + Duration(random_() % 8 == 0 ? -any_span() : any_span());
        // Some beyond the horizon, each at an instant of its own: among equal ones only those within it keep their
        // order.
        if (random_() % 200 == 0)
            expiry = now_ + Duration(horizon * tick + any_span() * 1000 + static_cast<std::int64_t>(fired));
        if (random_() % 4 == 0) expiry = at_tick(expiry.time_since_epoch().count() / tick);  // equal ones
        std::int64_t since = std::max<std::int64_t>(expiry.time_since_epoch().count(), 0);
        std::int64_t fires = std::max(since / tick + (since % tick != 0 ? 1 : 0), position_ + 1);
        wheel_.start(entry.timer, expiry);
        entry.place = model_.emplace(std::tuple(fires, expiry), &entry);
        entry.started = true;
    }

    void stop(Entry& entry) {
        wheel_.stop(entry.timer);
        if (entry.started) model_.erase(entry.place);
        entry.started = false;
    }

    // Some time passes; then some or all of what has expired is taken.
    void look() {
        auto choice = random_() % 1000;
        if (choice < 500) {
            now_ += Duration(random_() % (3 * tick));
        } else if (choice < 800) {
            if (wheel_.next() != never) now_ = std::max(now_, wheel_.next());
        } else if (choice < 998) {
            now_ += Duration(any_span() / 64);
        } else {
            now_ += Duration(any_span() * 100);
        }
        bool all = random_() % 4 != 0;
        std::int64_t reached = now_.time_since_epoch().count() / tick;
        for (auto most = all ? ~std::uint64_t{0} : random_() % 4; most > 0; --most) {
            Timer* got = wheel_.expire(now_);
            if (model_.empty() || std::get<0>(model_.begin()->first) > reached) {
                REQUIRE(got == nullptr);
                position_ = std::max(position_, reached);
                return;
            }
            Entry& expected = *model_.begin()->second;
            REQUIRE(got == &expected.timer);
            REQUIRE(got->expiry <= now_);
            position_ = std::max(position_, std::get<0>(model_.begin()->first));
            model_.erase(model_.begin());
            expected.started = false;
            ++fired;
        }
    }

    void check_next() {
        Time next = wheel_.next();
        if (model_.empty()) {
            REQUIRE(next == never);
        } else {
            REQUIRE(next <= at_tick(std::get<0>(model_.begin()->first)));
        }
    }

    std::mt19937_64 random_;
    Time now_;
    std::int64_t position_;  // up to this tick everything has been taken out, or stands ready to be taken
    TimerWheel wheel_;
    std::deque<Entry> entries_;
    Entry::Order model_;
};

}  // namespace

TEST_CASE("wheel: like a sorted list, whatever is done") {
    for (std::int64_t start : {std::int64_t{0}, std::int64_t{1} << 30, horizon - 100'000, 5 * horizon - 1}) {
        for (std::uint32_t seed : {1U, 2U, 3U, 4U, 5U}) {
            CAPTURE(start);
            CAPTURE(seed);
            Comparison comparison(seed, start);
            for (int i = 0; i < 10'000; ++i) {
                CAPTURE(i);
                comparison.step();
            }
            CHECK(comparison.fired > 1000);
        }
    }
}
