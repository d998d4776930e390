// Lent chunks: their bytes stay as long as they are held, however many are, and an empty one means the end.
#include "../../unit/sanitizer.hpp"
#include "bytes.hpp"
#include "pair.hpp"

#include <pier/sleep.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

using namespace contract;
using pier::Chunk;
using pier::Stream;
using pier::TaskScope;

namespace {

// Sends the bytes and takes them as a single chunk. They are there in one piece: the connection is local, and they are
// few.
Task<Chunk> lend(const Pair& pair, std::span<const std::byte> bytes) {
    auto sent = co_await pair.client.send_all(bytes, limit());
    REQUIRE(outcome(sent) == Errc::ok);
    auto chunk = co_await pair.server.receive(limit());
    REQUIRE(outcome(chunk) == Errc::ok);
    co_return std::move(*chunk);
}

// Most of the loop's chunks, for who needs the last ones: borrowed at once, which is cheaper than receiving each.
class Stash {
public:
    explicit Stash(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            std::byte* chunk = pool_.borrow();
            REQUIRE(chunk != nullptr);
            chunks_.emplace_back(chunk, std::size_t{1}, pool_);
        }
    }

private:
    pier::spi::ChunkPool& pool_ = pier::this_loop().chunks();
    std::vector<Chunk> chunks_;
};

bool holds(const Chunk& chunk, std::span<const std::byte> bytes) { return std::ranges::equal(chunk.bytes(), bytes); }

}  // namespace

TEST_CASE("chunk: one that is kept has its bytes still after others' traffic") {
    const int rounds = under_wine() ? 50 : 300;
    on_loop([&]() -> Task<void> {
        Pair pair = co_await connect_pair();
        Pair other = co_await connect_pair();
        auto bytes = pattern(1000, 1);
        Chunk kept = co_await lend(pair, bytes);
        REQUIRE(kept.size() > 0);
        auto expected = std::span(bytes).first(kept.size());
        for (int i = 0; i < rounds; ++i) {
            auto noise = pattern(1000, static_cast<std::uint32_t>(i + 2));
            Chunk chunk = co_await lend(other, noise);
            CHECK(chunk.data() != kept.data());
            REQUIRE(holds(chunk, std::span(noise).first(chunk.size())));
        }
        co_await turns(3);
        CHECK(holds(kept, expected));
        // Its own stream's traffic does not touch it, either.
        auto sent = co_await pair.client.send_all(bytes_of("more"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto next = co_await pair.server.receive(limit());
        CHECK(outcome(next) == Errc::ok);
        CHECK(holds(kept, expected));
    });
}

TEST_CASE("chunk: hundreds may be held at once, and go back in any order") {
    const std::size_t count = under_wine() ? 150 : 600;
    on_loop([&]() -> Task<void> {
        std::vector<Pair> pairs;
        for (int i = 0; i < 5; ++i) pairs.push_back(co_await connect_pair());
        // Twice, because what went back is lent again.
        for (int round = 0; round < 2; ++round) {
            std::vector<std::pair<Chunk, std::vector<std::byte>>> held;
            for (std::size_t i = 0; i < count; ++i) {
                auto bytes = pattern(1 + i % 100, static_cast<std::uint32_t>(i));
                Chunk chunk = co_await lend(pairs[i % pairs.size()], bytes);
                REQUIRE(holds(chunk, bytes));
                held.emplace_back(std::move(chunk), std::move(bytes));
            }
            // Some come back and are lent anew while the rest stays.
            for (std::size_t i = 0; i < count; i += 3) {
                auto bytes = pattern(77, static_cast<std::uint32_t>(count + i));
                held[i].first = Chunk();
                held[i].first = co_await lend(pairs[i % pairs.size()], bytes);
                held[i].second = std::move(bytes);
            }
            for (std::size_t i = 0; i < count; ++i) {
                CAPTURE(i);
                REQUIRE(holds(held[i].first, held[i].second));
            }
        }
    });
}

TEST_CASE("chunk: when all are lent a receive waits, and goes on with one that came back") {
    // 256 MiB: memory that is hardly touched, but for a sanitizer it is.
    if (unit::frames_from_heap) return;
    bool by_another = false;
    SUBCASE("from the task that started it") {}
    SUBCASE("from a task that a socket resumed") { by_another = !one_at_a_time(); }
    on_loop([&]() -> Task<void> {
        Pair pair = co_await connect_pair();
        Pair other = co_await connect_pair();
        Pair third = co_await connect_pair();
        std::vector<Chunk> held;
        auto sent = co_await other.client.send_all(bytes_of("patience"), limit());
        REQUIRE(outcome(sent) == Errc::ok);
        // Some engines keep a few hundred for receives to come.
        constexpr std::size_t few = 600;
        Stash stash(pier::spi::ChunkPool::most_chunks - few);
        Errc result = Errc::ok;
        while (held.size() <= few) {
            sent = co_await pair.client.send_all(bytes_of("x"), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            bool last = held.size() + 64 >= few;
            auto chunk = co_await pair.server.receive(last ? after(100ms) : limit());
            result = outcome(chunk);
            if (result != Errc::ok) break;
            held.push_back(std::move(*chunk));
        }
        CHECK(result == Errc::timed_out);
        CHECK(held.size() <= few);
        CHECK(held.size() + 64 > few);

        std::string got;
        Errc cancelled = Errc::ok;
        auto receiving = [&]() -> Task<void> {
            auto chunk = co_await other.server.receive(limit());
            REQUIRE(outcome(chunk) == Errc::ok);
            got = text_of(*chunk);
        };
        auto in_vain = [&]() -> Task<void> {
            auto chunk = co_await pair.server.receive(limit());
            cancelled = outcome(chunk);
        };
        {
            TaskScope scope;
            scope.spawn(in_vain());
            co_await turns(3);
            CHECK(cancelled == Errc::ok);
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(cancelled == Errc::operation_canceled);
        }
        TaskScope scope;
        scope.spawn(receiving());
        co_await turns(5);
        CHECK(got.empty());
        if (by_another) {
            // From a task that the engine's news resumed; what engines keep for themselves must not take it first.
            auto giving_back = [&]() -> Task<void> {
                std::array<std::byte, 1> word{};
                auto told = co_await third.server.receive(word, limit());
                CHECK(outcome(told) == Errc::ok);
                held.pop_back();
            };
            scope.spawn(giving_back());
            co_await turns();
            sent = co_await third.client.send_all(bytes_of("!"), limit());
            CHECK(outcome(sent) == Errc::ok);
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
        } else {
            held.pop_back();
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(got == "patience");
        // The byte that the receives in vain left is still there.
        auto chunk = co_await pair.server.receive(limit());
        REQUIRE(outcome(chunk) == Errc::ok);
        CHECK(text_of(*chunk) == "x");
    });
}

TEST_CASE("chunk: a receive that waits for one to come back costs no turns") {
    // 256 MiB, as above.
    if (unit::frames_from_heap) return;
    std::uint64_t waits = 0;
    auto loop = make_counting_loop(waits);
    auto body = [&]() -> Task<void> {
        Pair pair = co_await connect_pair();
        std::string got;
        auto receiving = [&]() -> Task<void> {
            auto chunk = co_await pair.server.receive(limit());
            REQUIRE(outcome(chunk) == Errc::ok);
            got = text_of(*chunk);
        };
        TaskScope scope;
        {
            std::vector<Chunk> held;
            pier::spi::ChunkPool& pool = pier::this_loop().chunks();
            while (std::byte* chunk = pool.borrow()) held.emplace_back(chunk, std::size_t{1}, pool);
            auto sent = co_await pair.client.send_all(bytes_of("patience"), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            scope.spawn(receiving());
            co_await turns(5);
            const std::uint64_t before = waits;
            (void)co_await pier::sleep(after(100ms));
            // One, and what an engine needs that looks again every few milliseconds.
            CHECK(waits - before < 100);
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(got == "patience");
        // The stream is watched again afterwards.
        scope.spawn(receiving());
        co_await turns();
        auto sent = co_await pair.client.send_all(bytes_of("more"), limit());
        REQUIRE(outcome(sent) == Errc::ok);
        joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(got == "more");
    };
    loop->run(body());
}

// It may have to be cancelled, and where the system holds the buffer meanwhile, bytes could go with it.
TEST_CASE("chunk: a receive with a deadline holds none while it waits") {
    if (one_at_a_time()) return;
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        // io_uring keeps some for receives to come, from the first on, and nobody's receive can be told by their
        // number.
        { Chunk first = co_await lend(pair, bytes_of("first")); }
        if (pier::this_loop().chunks().lent() != 0) co_return;
        std::string got;
        auto receiving = [&]() -> Task<void> {
            auto chunk = co_await pair.server.receive(limit());
            REQUIRE(outcome(chunk) == Errc::ok);
            got = text_of(*chunk);
        };
        TaskScope scope;
        scope.spawn(receiving());
        co_await turns(3);
        CHECK(pier::this_loop().chunks().lent() == 0);
        auto sent = co_await pair.client.send_all(bytes_of("second"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(got == "second");
    });
}

// However many messages one wait of the engine brings, most of them are still with the system while the first is
// served.
TEST_CASE("chunk: messages that come together don't hold a chunk each") {
    if (one_at_a_time()) return;
    constexpr std::size_t count = 200;
    // Windows engines lend to 64 receives ahead, and io_uring's ring has chunks of its own before and after.
    constexpr std::int64_t most = 100;
    on_loop([&]() -> Task<void> {
        std::vector<Pair> pairs;
        for (std::size_t i = 0; i < count; ++i) pairs.push_back(co_await connect_pair());
        // All of it has arrived before the first task waits.
        for (std::size_t i = 0; i < count; ++i) {
            auto sent = co_await pairs[i].client.send_all(bytes_of(std::to_string(i)), limit());
            REQUIRE(outcome(sent) == Errc::ok);
        }
        co_await turns();
        const std::int64_t before = pier::this_loop().chunks().lent();
        std::int64_t lent = 0;
        std::size_t served = 0;
        auto serving = [&](std::size_t i) -> Task<void> {
            auto chunk = co_await pairs[i].server.receive(limit());
            REQUIRE(outcome(chunk) == Errc::ok);
            CHECK(text_of(*chunk) == std::to_string(i));
            lent = std::max(lent, pier::this_loop().chunks().lent() - before);
            ++served;
        };
        TaskScope scope;
        for (std::size_t i = 0; i < count; ++i) scope.spawn(serving(i));
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(served == count);
        CHECK(lent <= most);
    });
}

// Some engines lend a few waiting receives their buffer ahead. They leave it with those that turn out to be idle, and
// ask without one the next time.
TEST_CASE("chunk: receives that have waited for long get what comes, however many there are") {
    if (one_at_a_time()) return;
    constexpr std::size_t idle = 80;
    constexpr int rounds = 150;
    on_loop([&]() -> Task<void> {
        std::vector<Pair> pairs;
        for (std::size_t i = 0; i < idle; ++i) pairs.push_back(co_await connect_pair());
        Pair busy = co_await connect_pair();
        std::vector<std::string> got(idle);
        auto receiving = [&](std::size_t number) -> Task<void> {
            while (!got[number].ends_with('+')) {
                auto chunk = co_await pairs[number].server.receive();
                REQUIRE(outcome(chunk) == Errc::ok);
                got[number] += text_of(*chunk);
            }
        };
        TaskScope waiting;
        for (std::size_t i = 0; i < idle; ++i) waiting.spawn(receiving(i));
        co_await turns();
        (void)co_await pier::sleep(pier::after(1100ms));  // until they count as idle
        int served = 0;
        auto serving = [&]() -> Task<void> {
            for (; served < rounds; ++served) {
                auto chunk = co_await busy.server.receive();
                REQUIRE(outcome(chunk) == Errc::ok);
                REQUIRE(text_of(*chunk) == "busy");
                auto sent = co_await busy.server.send_all(*chunk, limit());
                REQUIRE(outcome(sent) == Errc::ok);
            }
        };
        TaskScope scope;
        scope.spawn(serving());
        for (int i = 0; i < rounds; ++i) {
            auto sent = co_await busy.client.send_all(bytes_of("busy"), limit());
            REQUIRE(outcome(sent) == Errc::ok);
            std::array<std::byte, 4> echoed{};
            auto received = co_await busy.client.receive_exactly(echoed, limit());
            REQUIRE(outcome(received) == Errc::ok);
            // Some of the idle ones get their data meanwhile.
            auto number = static_cast<std::size_t>(i / 3);
            if (i % 3 != 0) continue;
            sent = co_await pairs[number].client.send_all(bytes_of(std::to_string(number)), limit());
            REQUIRE(outcome(sent) == Errc::ok);
        }
        for (std::size_t i = rounds / 3; i < idle; ++i) {
            auto sent = co_await pairs[i].client.send_all(bytes_of(std::to_string(i)), limit());
            REQUIRE(outcome(sent) == Errc::ok);
        }
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(served == rounds);
        // Now their receives are those of streams that are known to be slow.
        for (std::size_t i = 0; i < idle; ++i) {
            auto sent = co_await pairs[i].client.send_all(bytes_of("+"), limit());
            REQUIRE(outcome(sent) == Errc::ok);
        }
        joined = co_await waiting.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        for (std::size_t i = 0; i < idle; ++i) CHECK(got[i] == std::to_string(i) + "+");
    });
}

TEST_CASE("chunk: an empty one comes at the end, and only there") {
    const int pieces = under_wine() ? 100 : 1'000;
    std::vector<std::vector<std::byte>> messages;
    Checksum there;
    for (int i = 0; i < pieces; ++i) {
        // Now and then nothing, which is no message and no end.
        auto size = static_cast<std::size_t>(i % 5 == 0 ? 0 : i % 97);
        if (i == pieces / 2) size = 300'000;
        messages.push_back(pattern(size, static_cast<std::uint32_t>(i)));
        there.add(messages.back());
    }
    Meeting meeting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            Checksum sum;
            int chunks = 0;
            for (;;) {
                auto chunk = co_await stream.receive(limit());
                REQUIRE(outcome(chunk) == Errc::ok);
                CHECK(chunk->size() <= pier::spi::ChunkPool::chunk_size);
                CHECK(chunk->empty() == chunk->bytes().empty());
                if (chunk->empty()) break;
                sum.add(*chunk);
                ++chunks;
            }
            CHECK(sum == there);
            CHECK(sum.size() > 0);
            CHECK(chunks > 0);
            for (int i = 0; i < 3; ++i) {
                auto again = co_await stream.receive(limit());
                REQUIRE(outcome(again) == Errc::ok);
                CHECK(again->empty());
            }
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            for (std::size_t i = 0; i < messages.size(); ++i) {
                auto sent = co_await stream.send_all(messages[i], limit());
                REQUIRE(outcome(sent) == Errc::ok);
                if (i % 50 == 0) co_await turns(1);
            }
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        });
}

TEST_CASE("chunk: a moved one leaves an empty one behind") {
    on_loop([]() -> Task<void> {
        Pair pair = co_await connect_pair();
        Chunk first = co_await lend(pair, bytes_of("first"));
        Chunk second = co_await lend(pair, bytes_of("second"));
        Chunk moved = std::move(first);
        CHECK(first.empty());  // NOLINT: looked at on purpose
        CHECK(text_of(moved) == "first");
        moved = std::move(second);
        CHECK(text_of(moved) == "second");
        Chunk third = co_await lend(pair, bytes_of("third"));
        CHECK(text_of(moved) == "second");
        CHECK(text_of(third) == "third");
    });
}
