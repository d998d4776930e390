// Random lists of datagrams: each arrives once, equal, in order. And fairness to others.
#include "batches.hpp"

#include <algorithm>
#include <array>
#include <random>

using namespace contract;
using pier::Datagram;
using pier::DatagramBatch;
using pier::Endpoint;
using pier::OutgoingDatagram;

namespace {

// What is under way fits into any receive buffer: Windows has 64 KiB, Linux 208 KiB, of which a small datagram takes
// more than it has bytes. So none is dropped.
constexpr std::size_t most_under_way = 24;
constexpr std::size_t most_bytes_under_way = 24 * 1024;

class Random {
public:
    explicit Random(std::uint32_t seed) : source_(seed) {}
    std::size_t below(std::size_t end) { return source_() % end; }
    // Small ones mostly, also empty ones.
    std::size_t size() {
        switch (below(4)) {
            case 0:
                return below(3);
            case 1:
                return below(9000);
            default:
                return below(1500);
        }
    }

private:
    std::minstd_rand source_;
};

std::vector<Bytes> burst(Random& random) {
    std::vector<Bytes> all;
    const std::size_t count = 1 + random.below(most_under_way);
    std::size_t bytes = 0;
    while (all.size() < count) {
        const std::size_t size = random.size();
        if (bytes + size > most_bytes_under_way) break;
        bytes += size;
        all.push_back(pattern(size, static_cast<std::uint32_t>(random.below(1U << 20) + 1)));
    }
    return all;
}

}  // namespace

TEST_CASE("datagram batch: random lists arrive once, equal and in order") {
    on_loop([]() -> Task<void> {
        const int rounds = under_wine() ? 50 : 300;
        for (std::uint32_t seed : {1U, 2U, 3U}) {
            Random random(seed);
            Datagram here = open_datagram();
            Datagram there = open_datagram();
            for (int i = 0; i < rounds; ++i) {
                const std::vector<Bytes> all = burst(random);
                co_await send_list(here, addressed(all, there.local()));
                DatagramBatch batch(1 + random.below(DatagramBatch::most_datagrams), 9000);
                auto came = co_await receive_count(there, batch, all.size());
                CHECK(came == all);
            }
            DatagramBatch batch(1, 1);
            auto nothing = co_await receive_many(there, batch, after(1ms));
            CHECK(outcome(nothing) == Errc::timed_out);
        }
    });
}

TEST_CASE("datagram batch: random buffers arrive in segments, merged by the system or not") {
    on_loop([]() -> Task<void> {
        const int rounds = under_wine() ? 50 : 300;
        Random random(4);
        Datagram here = open_datagram();
        Datagram plain = open_datagram();
        auto merging = pier::MergingDatagram::over(open_datagram());
        REQUIRE(outcome(merging) == Errc::ok);
        const std::array<Endpoint, 2> to = {plain.local(), merging->local()};
        DatagramBatch batch(64, 9000);
        for (int i = 0; i < rounds; ++i) {
            const Bytes data = pattern(1 + random.below(most_bytes_under_way), static_cast<std::uint32_t>(i + 1));
            const std::size_t each = data.size() / most_under_way + 1 + random.below(2000);
            for (const Endpoint& receiver : to) {
                auto sent = co_await send_segments_to(here, data, each, receiver, limit());
                REQUIRE(outcome(sent) == Errc::ok);
                REQUIRE(*sent == (data.size() + each - 1) / each);
                std::vector<Bytes> came;
                if (&receiver == to.data()) {
                    came = co_await receive_count(plain, batch, *sent);
                } else {
                    came = co_await receive_count(*merging, batch, *sent);
                }
                Bytes together;
                for (const Bytes& one : came) {
                    CHECK((one.size() == each || &one == &came.back()));
                    together.insert(together.end(), one.begin(), one.end());
                }
                CHECK(together == data);
            }
        }
    });
}

TEST_CASE("datagram batch: who never waits gives way to others") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        const std::vector<Bytes> all(16, copy_of(bytes_of("again and again")));
        const auto list = addressed(all, there.local());
        bool over = false;
        int greedy_rounds = 0;
        // Sends and takes what it has sent: a call of either always succeeds.
        auto greedy = [&]() -> Task<void> {
            DatagramBatch batch(64, 100);
            while (!over) {
                co_await send_list(here, list);
                auto came = co_await receive_count(there, batch, list.size());
                ++greedy_rounds;
            }
        };
        int most_between_turns = 0;
        auto other = [&]() -> Task<void> {
            for (int i = 0; i < 200; ++i) {
                const int before = greedy_rounds;
                co_await next_turn();
                most_between_turns = std::max(most_between_turns, greedy_rounds - before);
            }
            over = true;
        };
        pier::TaskScope scope;
        scope.spawn(greedy());
        scope.spawn(other());
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(greedy_rounds > 0);
        // Each round is two calls of sixteen datagrams, and a delivery has sixteen operations' worth.
        CHECK(most_between_turns <= 8);
    });
}
