// A loop that looks again and again before it sleeps loses nothing that a sleeping one hears of.
#include "../../support/semaphore.hpp"
#include "../../support/wrapped_engine.hpp"
#include "bytes.hpp"
#include "pair.hpp"

#include <pier/sys/clock.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <thread>
#include <utility>

using namespace contract;
using namespace std::chrono_literals;
using pier::Event;
using pier::Loop;
using pier::Stream;
using pier::Task;

namespace {

// So long that no case ends by a sleep which was to be spared.
constexpr pier::Duration long_enough = 1h;

// Counts the waits that may sleep, and says when the engine has been asked often without one.
class CountingEngine final : public support::WrappedEngine {
public:
    struct Count {
        int looks = 0;  // of the loop's thread
        int sleeps = 0;
        support::Semaphore looked;
        support::Semaphore slept;
    };

    CountingEngine(std::unique_ptr<pier::spi::Engine> engine, Count& count)
        : WrappedEngine(std::move(engine)), count_(count) {}

    pier::Result<void> wait(pier::Time until, pier::spi::Harvest& harvest) override {
        constexpr int often = 100;
        if (until > pier::sys::now()) {
            ++count_.sleeps;
            count_.slept.release();
        } else if (++count_.looks == often) {
            count_.looked.release();
        }
        return WrappedEngine::wait(until, harvest);
    }

private:
    Count& count_;
};

struct BusyLoop {
    explicit BusyLoop(pier::Duration most) {
        auto made = support::make_wrapped_loop<CountingEngine>(*pier::find_engine(settings().engine), count);
        REQUIRE(outcome(made) == Errc::ok);
        loop = std::move(*made);
        loop->set_busy_poll(most);
    }

    CountingEngine::Count count;
    std::unique_ptr<Loop> loop;
};

// A thread that is joined whatever happens.
class Other {
public:
    template <class Body>
    explicit Other(Body body) : thread_(std::move(body)) {}
    Other(const Other&) = delete;
    Other& operator=(const Other&) = delete;
    ~Other() { join(); }
    void join() {
        if (thread_.joinable()) thread_.join();
    }

private:
    std::thread thread_;
};

}  // namespace

TEST_CASE("busy poll: a post of another thread is heard without a sleep") {
    BusyLoop busy(long_enough);
    Event posted;
    Other other([&] {
        busy.count.looked.acquire();
        busy.loop->post([&] { posted.set(); });
    });
    auto until_posted = [&]() -> Task<void> {
        auto came = co_await posted.wait(limit());
        CHECK(outcome(came) == Errc::ok);
    };
    busy.loop->run(until_posted());
    CHECK(busy.count.sleeps == 0);
}

TEST_CASE("busy poll: a deadline passes, and is not early") {
    BusyLoop busy(long_enough);
    auto nothing_comes = []() -> Task<void> {
        Event never;
        const pier::Time begun = pier::sys::now();
        auto came = co_await never.wait(after(20ms));
        CHECK(outcome(came) == Errc::timed_out);
        CHECK(pier::sys::now() - begun >= 20ms);
    };
    busy.loop->run(nothing_comes());
    CHECK(busy.count.sleeps == 0);
}

TEST_CASE("busy poll: bytes of another thread are received without a sleep") {
    BusyLoop busy(long_enough);
    const auto text = bytes_of("an answer");
    auto receive_all = [&]() -> Task<void> {
        auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
        REQUIRE(outcome(listener) == Errc::ok);
        Other other([&busy, &text, to = listener->local()] {
            auto send_when_looked_for = [&]() -> Task<void> {
                Stream stream = co_await connect_to(to);
                busy.count.looked.acquire();
                auto sent = co_await stream.send_all(text, limit());
                CHECK(outcome(sent) == Errc::ok);
                // Its end closes the connection, so that the other side meets what follows the bytes.
            };
            make_loop()->run(send_when_looked_for());
        });
        Stream stream = co_await accept_from(*listener);
        std::array<std::byte, 64> buffer{};
        std::size_t size = 0;
        for (;;) {
            auto got = co_await stream.receive(std::span(buffer).subspan(size), limit());
            REQUIRE(outcome(got) == Errc::ok);
            if (*got == 0) break;
            size += *got;
        }
        CHECK(text_of(std::span(buffer).first(size)) == text_of(text));
    };
    busy.loop->run(receive_all());
    CHECK(busy.count.sleeps == 0);
}

TEST_CASE("busy poll: a loop that has looked long enough sleeps, and wakes") {
    BusyLoop busy(1ms);
    Event posted;
    Other other([&] {
        busy.count.slept.acquire();
        busy.loop->post([&] { posted.set(); });
    });
    auto until_posted = [&]() -> Task<void> {
        auto came = co_await posted.wait(limit());
        CHECK(outcome(came) == Errc::ok);
    };
    busy.loop->run(until_posted());
    CHECK(busy.count.sleeps >= 1);
}

TEST_CASE("busy poll: none is asked for, and none happens") {
    BusyLoop busy(pier::Duration::zero());
    auto nothing_comes = []() -> Task<void> {
        Event never;
        auto came = co_await never.wait(after(20ms));
        CHECK(outcome(came) == Errc::timed_out);
    };
    busy.loop->run(nothing_comes());
    CHECK(busy.count.sleeps >= 1);
    CHECK(busy.count.looks < 100);
}
