// One buffer cut into datagrams, and datagrams that the system has merged.
#include "batches.hpp"

#include <algorithm>
#include <array>

using namespace contract;
using pier::Datagram;
using pier::DatagramBatch;
using pier::Endpoint;
using pier::Family;
using pier::MergingDatagram;

namespace {

std::vector<Bytes> cut(std::span<const std::byte> data, std::size_t each) {
    std::vector<Bytes> all;
    for (; !data.empty(); data = data.subspan(std::min(each, data.size()))) {
        all.push_back(copy_of(data.first(std::min(each, data.size()))));
    }
    return all;
}

struct Cutting {
    std::size_t size;
    std::size_t each;
};
// One datagram alone, an exact division, a rest, more than one call takes, and datagrams of which no two fit a call.
constexpr std::array<Cutting, 7> cuttings = {Cutting{100, 1000}, {1000, 1000},    {10'000, 1000},  {10'001, 1000},
                                             {300, 2},           {20'000, 9'000}, {35'000, 34'000}};

MergingDatagram merging(Datagram socket) {
    auto made = MergingDatagram::over(std::move(socket));
    REQUIRE(outcome(made) == Errc::ok);
    return std::move(*made);
}

}  // namespace

TEST_CASE("datagram segments: a buffer arrives as datagrams of the asked size, in order, with and without a peer") {
    on_loop([]() -> Task<void> {
        for (Family family : {Family::ipv4, Family::ipv6}) {
            Datagram there = open_datagram(Endpoint::loopback(family));
            Datagram here = open_datagram(Endpoint::loopback(family));
            Datagram client = connected_datagram(there.local());
            const Endpoint to = there.local();
            DatagramBatch batch(64, 35'000);
            for (const Cutting& how : cuttings) {
                const Bytes data = pattern(how.size);
                const std::vector<Bytes> expected = cut(data, how.each);
                auto sent = co_await send_segments_to(here, data, how.each, to, limit());
                REQUIRE(outcome(sent) == Errc::ok);
                CHECK(*sent == expected.size());
                auto came = co_await receive_count(there, batch, expected.size());
                CHECK(came == expected);
                CHECK(batch[0].from == here.local());
                auto by_client = co_await send_segments(client, data, how.each, limit());
                REQUIRE(outcome(by_client) == Errc::ok);
                auto came_again = co_await receive_count(there, batch, expected.size());
                CHECK(came_again == expected);
            }
        }
    });
}

TEST_CASE("datagram batch: runs of equal ones keep their boundaries and their receivers") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram first = open_datagram();
        Datagram second = open_datagram();
        Datagram client = connected_datagram(first.local());
        // Equal ones, a shorter one that ends a run, a longer one that begins one, empty ones, and large ones.
        constexpr std::array<std::size_t, 17> sizes = {5, 5, 5, 2, 5, 5, 0, 0, 7, 7, 1, 1, 1, 4000, 4000, 4000, 9};
        const std::vector<Bytes> all = patterns(sizes);
        auto list = addressed(all, first.local());
        list[2].to = list[3].to = second.local();
        co_await send_list(here, list);
        DatagramBatch batch(64, 4000);
        std::vector<Bytes> of_first = all;
        of_first.erase(of_first.begin() + 2, of_first.begin() + 4);
        auto at_first = co_await receive_count(first, batch, of_first.size());
        CHECK(at_first == of_first);
        auto at_second = co_await receive_count(second, batch, 2);
        CHECK(at_second == std::vector<Bytes>{all[2], all[3]});
        co_await send_list(client, addressed(all, {}));
        auto from_client = co_await receive_count(first, batch, all.size());
        CHECK(from_client == all);
    });
}

TEST_CASE("datagram segments: nothing is no datagram, and what can't be is refused as by a send") {
    on_loop([]() -> Task<void> {
        Datagram there = open_datagram();
        Datagram here = open_datagram();
        const Endpoint to = there.local();
        auto nothing = co_await send_segments_to(here, {}, 10, to, limit());
        REQUIRE(outcome(nothing) == Errc::ok);
        CHECK(*nothing == 0);
        auto never = co_await send_segments_to(here, bytes_of("abc"), 0, to, limit());
        CHECK(outcome(never) == Errc::invalid_argument);
        const Endpoint nowhere = Endpoint::loopback(Family::ipv4);
        auto no_port = co_await send_segments_to(here, bytes_of("abc"), 1, nowhere, limit());
        CHECK(outcome(no_port) == Errc::invalid_argument);
        auto no_peer = co_await send_segments(here, bytes_of("abc"), 1, limit());
        CHECK(outcome(no_peer) == Errc::not_connected);
        const Bytes long_data(140'000);
        auto too_long = co_await send_segments_to(here, long_data, 70'000, to, limit());
        CHECK(outcome(too_long) == Errc::message_size);
        if (!too_long) CHECK(too_long.error().sent == 0);
        DatagramBatch batch(8, 10);
        auto more = co_await receive_many(there, batch, after(1ms));
        CHECK(outcome(more) == Errc::timed_out);
    });
}

TEST_CASE("datagram merging: what the system has merged comes as it was sent") {
    on_loop([]() -> Task<void> {
        for (Family family : {Family::ipv4, Family::ipv6}) {
            MergingDatagram there = merging(open_datagram(Endpoint::loopback(family)));
            Datagram here = open_datagram(Endpoint::loopback(family));
            const Endpoint to = there.local();
            DatagramBatch batch(64, 35'000);
            for (const Cutting& how : cuttings) {
                const Bytes data = pattern(how.size);
                const std::vector<Bytes> expected = cut(data, how.each);
                auto sent = co_await send_segments_to(here, data, how.each, to, limit());
                REQUIRE(outcome(sent) == Errc::ok);
                auto came = co_await receive_count(there, batch, expected.size());
                CHECK(came == expected);
                for (const pier::BatchedDatagram& datagram : batch) {
                    CHECK(datagram.from == here.local());
                    CHECK_FALSE(datagram.truncated);
                }
            }
            // Those that are not merged are as ever, the empty ones among them.
            constexpr std::array<std::size_t, 6> sizes = {1, 0, 999, 0, 1000, 3};
            const std::vector<Bytes> all = patterns(sizes);
            co_await send_list(here, addressed(all, to));
            auto came = co_await receive_count(there, batch, all.size());
            CHECK(came == all);
        }
    });
}

TEST_CASE("datagram merging: a wait for it has a deadline, can be cancelled, and ends with the socket") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        auto there = std::make_unique<MergingDatagram>(merging(open_datagram()));
        Datagram here = open_datagram();
        DatagramBatch batch(64, 2000);
        auto late = co_await receive_many(*there, batch, after(20ms));
        CHECK(outcome(late) == Errc::timed_out);
        Errc ended = Errc::ok;
        auto receiving = [&]() -> Task<void> {
            auto got = co_await receive_many(*there, batch, limit());
            ended = outcome(got);
        };
        {
            pier::TaskScope scope;
            scope.spawn(receiving());
            co_await turns();
            scope.cancel();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(ended == Errc::operation_canceled);
        }
        const Bytes data = pattern(5000);
        auto sent = co_await send_segments_to(here, data, 1000, there->local(), limit());
        REQUIRE(outcome(sent) == Errc::ok);
        auto came = co_await receive_count(*there, batch, 5);
        CHECK(came == cut(data, 1000));
        for (const bool destroys : {false, true}) {
            *there = merging(open_datagram());
            pier::TaskScope scope;
            scope.spawn(receiving());
            co_await turns();
            if (destroys) {
                there.reset();
            } else {
                there->close();
            }
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(ended == Errc::operation_canceled);
        }
    });
}

TEST_CASE("datagram merging: a batch without room for a merged message takes nothing") {
    on_loop([]() -> Task<void> {
        MergingDatagram there = merging(open_datagram());
        Datagram here = open_datagram();
        auto sent = co_await here.send_to(bytes_of("kept"), there.local(), limit());
        REQUIRE(outcome(sent) == Errc::ok);
        DatagramBatch small(4, 100);
        DatagramBatch large(1, 65'535);
        if (there.merges()) {
            auto refused = co_await receive_many(there, small, limit());
            CHECK(outcome(refused) == Errc::no_buffer_space);
        }
        auto came = co_await receive_count(there, large, 1);
        CHECK(came == std::vector<Bytes>{copy_of(bytes_of("kept"))});
        // It sends as any other.
        const Endpoint back = here.local();
        auto answered = co_await there.send_segments_to(bytes_of("abcd"), 3, back, limit());
        CHECK(outcome(answered) == Errc::ok);
        auto answers = co_await receive_count(here, small, 2);
        CHECK(answers == std::vector<Bytes>{copy_of(bytes_of("abc")), copy_of(bytes_of("d"))});
    });
}
