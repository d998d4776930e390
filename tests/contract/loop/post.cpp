// Posts: work from any thread, in order, none lost, and nobody starves for them nor they for anybody.
#include "../../support/semaphore.hpp"
#include "../../support/wrapped_engine.hpp"
#include "bytes.hpp"
#include "pair.hpp"

#include <pier/sys/clock.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>
#include <vector>

using namespace contract;
using pier::Event;
using pier::Loop;
using pier::Post;
using pier::Stream;
using pier::TaskScope;

namespace {

// Threads that are joined whatever happens in between.
class Threads {
public:
    Threads() = default;
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;
    ~Threads() { join(); }
    template <class Body>
    void start(Body body) {
        threads_.emplace_back(std::move(body));
    }
    void join() {
        for (std::thread& thread : threads_) thread.join();
        threads_.clear();
    }

private:
    std::vector<std::thread> threads_;
};

// Says when its loop sleeps, and stays in wake() until the engine has gone, or so long that it is not going to.
class LingeringEngine final : public support::WrappedEngine {
public:
    struct Story {
        support::Semaphore asleep;
        std::atomic<bool> gone{false};
        bool went_too_early = false;  // of the thread that wakes
    };

    LingeringEngine(std::unique_ptr<pier::spi::Engine> engine, Story& story)
        : WrappedEngine(std::move(engine)), story_(story) {}
    ~LingeringEngine() override { story_.gone = true; }

    pier::Result<void> wait(pier::Time until, pier::spi::Harvest& harvest) override {
        if (until > pier::sys::now() + std::chrono::seconds(1)) story_.asleep.release();
        return WrappedEngine::wait(until, harvest);
    }
    void wake() noexcept override {
        Story& story = story_;
        WrappedEngine::wake();
        for (int i = 0; i < 50 && !story.gone; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        story.went_too_early = story.gone;
    }

private:
    Story& story_;
};

// A prepared post that posts itself again from its own run, until it is told to end: what a busy neighbour does.
struct Neighbour : Post {
    explicit Neighbour(Loop& of) noexcept : loop(of) {
        run = [](Post& post) noexcept {
            auto& self = static_cast<Neighbour&>(post);
            if (self.on_run) self.on_run();
            ++self.runs;
            if (self.ends) {
                self.ended.set();
            } else {
                self.loop.post(self);
            }
        };
    }
    Loop& loop;
    std::function<void()> on_run;
    std::uint64_t runs = 0;
    bool ends = false;
    Event ended;

    Task<void> stop() {
        ends = true;
        auto came = co_await ended.wait(limit());
        CHECK(outcome(came) == Errc::ok);
    }
};

}  // namespace

TEST_CASE("post: a hundred thousand from four threads all run, in order for each thread, on the loop's thread") {
    constexpr std::uint32_t threads = 4;
    const std::uint32_t each = under_wine() ? 5'000 : 25'000;
    struct Letter : Post {
        struct Reader* reader = nullptr;
        std::uint32_t thread = 0;
        std::uint32_t number = 0;
    };
    struct Reader {
        std::array<std::uint32_t, threads> next{};
        std::uint64_t total = 0;
        std::uint64_t out_of_order = 0;
        std::uint64_t elsewhere = 0;
        std::uint64_t expected = 0;
        Loop* loop = nullptr;
        Event all;
        void read(std::uint32_t thread, std::uint32_t number) {
            if (next[thread]++ != number) ++out_of_order;
            if (Loop::current() != loop) ++elsewhere;
            if (++total == expected) all.set();
        }
    };
    on_loop([&]() -> Task<void> {
        Reader reader;
        reader.loop = &pier::this_loop();
        reader.expected = std::uint64_t{threads} * each;
        std::vector<Letter> letters(reader.expected);
        Threads posters;
        for (std::uint32_t thread = 0; thread < threads; ++thread) {
            posters.start([&, thread] {
                for (std::uint32_t i = 0; i < each; ++i) {
                    // Both kinds keep the order between them.
                    if (i % 4 == 0) {
                        reader.loop->post([&reader, thread, i] { reader.read(thread, i); });
                        continue;
                    }
                    Letter& letter = letters[std::size_t{thread} * each + i];
                    letter.reader = &reader;
                    letter.thread = thread;
                    letter.number = i;
                    letter.run = [](Post& post) noexcept {
                        auto& self = static_cast<Letter&>(post);
                        self.reader->read(self.thread, self.number);
                    };
                    reader.loop->post(letter);
                }
            });
        }
        auto came = co_await reader.all.wait(limit());
        posters.join();
        REQUIRE(outcome(came) == Errc::ok);
        co_await turns();
        CHECK(reader.total == reader.expected);
        CHECK(reader.out_of_order == 0);
        CHECK(reader.elsewhere == 0);
    });
}

TEST_CASE("post: one wakes a loop that sleeps") {
    // Around the very moment at which it goes to sleep, too: a lost wake-up shows as the deadline.
    const int rounds = under_wine() ? 300 : 3'000;
    bool with_socket = false;
    SUBCASE("with nothing but the event") {}
    SUBCASE("in a receive") { with_socket = true; }
    on_loop([&]() -> Task<void> {
        Loop& loop = pier::this_loop();
        Pair pair = co_await connect_pair();
        Errc received = Errc::unexpected;
        auto receiving = [&]() -> Task<void> {
            auto got = co_await pair.server.receive();
            received = outcome(got);
        };
        TaskScope scope;
        if (with_socket) scope.spawn(receiving());
        Event event;
        support::Semaphore asked;
        Threads threads;
        threads.start([&] {
            for (int i = 0; i < rounds; ++i) {
                asked.acquire();
                // Some come while it falls asleep, some while it sleeps. Not by yield(), which on a busy machine costs
                // the time slices of everybody else.
                for (int pause = 0; pause < i % 8 * 4000; ++pause) std::atomic_signal_fence(std::memory_order_seq_cst);
                loop.post([&] { event.set(); });
            }
        });
        Errc result = Errc::ok;
        for (int i = 0; i < rounds; ++i) {
            asked.release();
            if (result != Errc::ok) continue;
            auto came = co_await event.wait(limit());
            result = outcome(came);
            event.reset();
        }
        threads.join();
        CHECK(result == Errc::ok);
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(received == (with_socket ? Errc::operation_canceled : Errc::unexpected));
    });
}

TEST_CASE("post: a prepared one can be posted again from its own run, and runs in a later turn") {
    constexpr std::uint64_t enough = 1'000;
    on_loop([]() -> Task<void> {
        Neighbour post(pier::this_loop());
        pier::this_loop().post(post);
        CHECK(post.runs == 0);
        for (std::uint64_t turn = 1; turn <= enough; ++turn) {
            co_await next_turn();
            REQUIRE(post.runs == turn);
        }
        co_await post.stop();
        std::uint64_t runs = post.runs;
        co_await turns();
        CHECK(post.runs == runs);
    });
}

TEST_CASE("post: what a loop gets before it runs waits for it, between two runs as well") {
    auto loop = make_loop();
    std::vector<int> order;
    loop->post([&] { order.push_back(1); });
    std::thread([&] {
        loop->post([&] { order.push_back(2); });
        loop->post([&] { order.push_back(3); });
    }).join();
    CHECK(order.empty());
    auto body = []() -> Task<void> { co_await turns(); };
    loop->run(body());
    CHECK(order == std::vector<int>{1, 2, 3});
    loop->post([&] { order.push_back(4); });
    CHECK(order.size() == 3);
    loop->run(body());
    CHECK(order == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("post: what is left when the loop goes is run by its end") {
    auto loop = make_loop();
    auto body = []() -> Task<void> { co_return; };
    loop->run(body());
    std::vector<int> order;
    struct Prepared : Post {
        std::vector<int>* order = nullptr;
    } prepared;
    prepared.order = &order;
    prepared.run = [](Post& post) noexcept { static_cast<Prepared&>(post).order->push_back(1); };
    loop->post(prepared);
    loop->post([&] {
        order.push_back(2);
        CHECK(Loop::current() == nullptr);
    });
    CHECK(order.empty());
    loop.reset();
    CHECK(order == std::vector<int>{1, 2});
}

TEST_CASE("post: a neighbour that never ends does not starve sockets and timers") {
    const int rounds = under_wine() ? 50 : 300;
    on_loop([&]() -> Task<void> {
        Pair pair = co_await connect_pair();
        Neighbour post(pier::this_loop());
        pier::this_loop().post(post);
        auto data = pattern(100);
        std::array<std::byte, 100> into{};
        for (int i = 0; i < rounds; ++i) {
            for (auto [from, to] : {std::pair(&pair.client, &pair.server), std::pair(&pair.server, &pair.client)}) {
                auto sent = co_await from->send_all(data, limit());
                REQUIRE(outcome(sent) == Errc::ok);
                into.fill(std::byte{});
                auto got = co_await to->receive_exactly(into, limit());
                REQUIRE(outcome(got) == Errc::ok);
                REQUIRE(std::ranges::equal(into, data));
            }
            if (i % 10 != 0) continue;
            auto slept = co_await pier::sleep(after(1ms));
            REQUIRE(outcome(slept) == Errc::ok);
        }
        CHECK(post.runs > 0);
        co_await post.stop();
    });
}

TEST_CASE("post: a stream that never runs dry does not starve posts") {
    const std::uint64_t size = under_wine() ? 16 << 20 : 64 << 20;
    // What one delivery may take without the others, twice: once as the harvest's and once as a retry's; and what a
    // single receive may take beyond it.
    constexpr std::uint64_t between_posts = 2 * (256 + 64) * 1024;
    auto piece = pattern(1 << 20);
    Meeting meeting;
    on_two_threads(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            std::uint64_t received = 0;
            std::uint64_t before = 0;
            std::uint64_t most = 0;
            Neighbour post(pier::this_loop());
            post.on_run = [&] {
                most = std::max(most, received - before);
                before = received;
            };
            pier::this_loop().post(post);
            // Others' posts come through as well.
            constexpr int letters = 1'000;
            int came = 0;
            Event all;
            Threads threads;
            threads.start([&, &loop = pier::this_loop()] {
                for (int i = 0; i < letters; ++i) {
                    loop.post([&] {
                        if (++came == letters) all.set();
                    });
                }
            });
            for (;;) {
                auto got = co_await stream.receive(limit());
                REQUIRE(outcome(got) == Errc::ok);
                if (got->empty()) break;
                received += got->size();
            }
            CHECK(received == size);
            CHECK(most > 0);
            CHECK(most <= between_posts);
            auto arrived = co_await all.wait(limit());
            CHECK(outcome(arrived) == Errc::ok);
            threads.join();
            co_await post.stop();
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            for (std::uint64_t sent = 0; sent < size; sent += piece.size()) {
                auto done = co_await stream.send_all(piece, limit());
                REQUIRE(outcome(done) == Errc::ok);
            }
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        });
}

TEST_CASE("post: a loop that its last post ends stays until the call of it has ended") {
    LingeringEngine::Story story;
    auto made = support::make_wrapped_loop<LingeringEngine>(*pier::find_engine(settings().engine), story);
    REQUIRE(outcome(made) == Errc::ok);
    std::unique_ptr<Loop> loop = std::move(*made);
    Event ended;
    Threads threads;
    threads.start([&story, &ended, &loop = *loop] {
        story.asleep.acquire();
        loop.post([&ended] { ended.set(); });
    });
    auto until_ended = [&]() -> Task<void> {
        auto came = co_await ended.wait(limit());
        CHECK(outcome(came) == Errc::ok);
    };
    loop->run(until_ended());
    loop.reset();
    threads.join();
    CHECK_FALSE(story.went_too_early);
}
