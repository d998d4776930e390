// Signals as events of a loop: each set is told of each signal, whoever waits, gives up or comes late.
#include "harness.hpp"

#include <pier/signal.hpp>
#include <pier/stop.hpp>

#include <thread>
#include <vector>

using namespace contract;
using pier::SignalSet;
using pier::TaskScope;
using Kind = pier::Signal;

namespace {

SignalSet open_set(std::initializer_list<Kind> kinds) {
    auto set = SignalSet::open(kinds);
    REQUIRE(outcome(set) == Errc::ok);
    return std::move(*set);
}

void raise(Kind kind, int times = 1) {
    for (int i = 0; i < times; ++i) {
        auto raised = pier::raise_signal(kind);
        CHECK(outcome(raised) == Errc::ok);
    }
}

struct Count {
    int interrupts = 0;
    int others = 0;
    [[nodiscard]] int all() const noexcept { return interrupts + others; }
    void add(Kind kind) noexcept { ++(kind == Kind::interrupt ? interrupts : others); }
};

Task<void> take(SignalSet& set, Count& count, int how_many) {
    while (count.all() < how_many) {
        auto came = co_await set.next(limit());
        REQUIRE(outcome(came) == Errc::ok);
        count.add(*came);
    }
}

Task<void> expect_none(SignalSet& set) {
    auto came = co_await set.next(after(1ms));
    CHECK(outcome(came) == Errc::timed_out);
}

constexpr int storm = 1000;

// Waits that are given up in every way while signals come.
Task<void> take_unsteadily(SignalSet& set, Count& count, int how_many) {
    auto one = [&](pier::Deadline until) -> Task<void> {
        auto came = co_await set.next(until);
        if (came) count.add(*came);
    };
    for (int round = 0; count.all() < how_many; ++round) {
        REQUIRE(round < 1'000'000);
        TaskScope scope;
        scope.spawn(one(limit()));
        scope.spawn(one(after(0s)));
        scope.spawn(one(after(1us)));
        scope.spawn(one(limit()));
        co_await turns(round % 3);
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
    }
}

}  // namespace

TEST_CASE("signal: in a storm from another thread each set on each loop is told of each") {
    contract::Signal there_is_open;
    contract::Signal there_is_done;
    Count here;
    Count there;
    std::thread other([&] {
        on_loop([&]() -> Task<void> {
            SignalSet set = open_set({Kind::interrupt});
            there_is_open.set();
            co_await take(set, there, storm);
            co_await expect_none(set);
            there_is_done.set();
        });
    });
    on_loop([&]() -> Task<void> {
        SignalSet set = open_set({Kind::interrupt, Kind::terminate});
        SignalSet beside = open_set({Kind::terminate});
        co_await there_is_open.wait();
        std::thread raiser([] {
            for (int i = 0; i < storm; ++i) {
                raise(Kind::interrupt);
                if (i % 4 == 0) raise(Kind::terminate);
            }
        });
        co_await take_unsteadily(set, here, storm + storm / 4);
        raiser.join();
        CHECK(here.interrupts == storm);
        CHECK(here.others == storm / 4);
        co_await expect_none(set);
        Count count;
        co_await take(beside, count, storm / 4);
        CHECK(count.others == storm / 4);
        co_await expect_none(beside);
        co_await there_is_done.wait();
    });
    other.join();
    CHECK(there.interrupts == storm);
}

TEST_CASE("signal: one that comes while nobody waits is there for the next wait") {
    on_loop([]() -> Task<void> {
        SignalSet set = open_set({Kind::hang_up});
        SignalSet late = open_set({Kind::hang_up, Kind::hang_up});
        raise(Kind::hang_up, 3);
        SignalSet moved = std::move(set);
        Count count;
        co_await take(moved, count, 3);
        co_await expect_none(moved);
        raise(Kind::hang_up);
        co_await take(moved, count, 4);
        // Named twice, told once; closed with signals that nobody has taken.
        Count again;
        co_await take(late, again, 3);
        SignalSet next = open_set({Kind::hang_up});
        late = std::move(next);
        co_await expect_none(late);
    });
}

TEST_CASE("signal: each goes to the task that has waited longest, and kinds take turns") {
    on_loop([]() -> Task<void> {
        SignalSet set = open_set({Kind::interrupt, Kind::terminate});
        std::vector<int> order;
        auto wait = [&](int who) -> Task<void> {
            auto came = co_await set.next(limit());
            CHECK(outcome(came) == Errc::ok);
            order.push_back(who);
        };
        TaskScope scope;
        for (int who = 0; who < 3; ++who) scope.spawn(wait(who));
        co_await turns();
        raise(Kind::interrupt, 3);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(order == std::vector{0, 1, 2});

        raise(Kind::interrupt, 100);
        raise(Kind::terminate);
        co_await turns();
        Count first;
        co_await take(set, first, 2);
        CHECK(first.interrupts == 1);
        CHECK(first.others == 1);
        co_await take(set, first, 101);
        co_await expect_none(set);
    });
}

TEST_CASE("signal: in a cancelled scope one is not taken, and a later wait has it") {
    on_loop([]() -> Task<void> {
        SignalSet set = open_set({Kind::interrupt});
        raise(Kind::interrupt);
        co_await turns();
        Errc got = Errc::ok;
        auto wait = [&]() -> Task<void> {
            auto came = co_await set.next(limit());
            got = outcome(came);
        };
        TaskScope scope;
        scope.cancel();
        scope.spawn(wait());
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(got == Errc::operation_canceled);
        Count count;
        co_await take(set, count, 1);
    });
}

TEST_CASE("signal: requests to stop are told beside a set") {
    on_loop([]() -> Task<void> {
        SignalSet set = open_set({Kind::terminate});
        auto requests = pier::StopRequests::open();
        REQUIRE(outcome(requests) == Errc::ok);
        raise(Kind::terminate);
        auto asked = co_await (*requests)->wait(limit());
        CHECK(outcome(asked) == Errc::ok);
        Count count;
        co_await take(set, count, 1);
        // Who goes first leaves it to the other.
        requests->reset();
        raise(Kind::terminate);
        co_await take(set, count, 2);
    });
}

TEST_CASE("signal: what can't be taken is said, and nothing is taken") {
    on_loop([]() -> Task<void> {
        auto none = SignalSet::open(std::initializer_list<Kind>{});
        CHECK(outcome(none) == Errc::invalid_argument);
        const bool windows = settings().system != "linux";
        auto user = SignalSet::open({Kind::interrupt, Kind::user_1});
        CHECK(outcome(user) == (windows ? Errc::not_supported : Errc::ok));
        auto numbered = SignalSet::open({Kind{1000}});
        CHECK(outcome(numbered) == (windows ? Errc::not_supported : Errc::invalid_argument));
        auto nobody = pier::send_signal(0, Kind::terminate);
        CHECK(outcome(nobody) == Errc::no_such_process);
        auto raised = pier::raise_signal(Kind{1000});
        CHECK(outcome(raised) == (windows ? Errc::not_supported : Errc::invalid_argument));
        co_return;
    });
}
