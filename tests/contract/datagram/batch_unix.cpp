// Batches of Unix-domain datagrams, which are never lost: so a batch waits for the receiver.
#include "batches.hpp"
#include "unix.hpp"

using namespace contract;
using pier::Datagram;
using pier::DatagramBatch;
using pier::Endpoint;

TEST_CASE("datagram batch: Unix-domain sockets, equal ones among them, in segments and not merged") {
    if (without_unix(pier::spi::SocketKind::datagram)) return;
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Datagram there = open_datagram(place.at());
        Datagram here = open_datagram(place.at("sender"));
        const std::vector<Bytes> all = {pattern(5, 1), pattern(5, 2), pattern(5, 3), {}, pattern(1000, 4)};
        co_await send_list(here, addressed(all, there.local()));
        DatagramBatch batch(8, 1000);
        auto came = co_await receive_count(there, batch, all.size());
        CHECK(came == all);
        CHECK(batch[batch.size() - 1].from == here.local());
        const Endpoint to = there.local();
        auto merging = pier::MergingDatagram::over(std::move(there));
        REQUIRE(outcome(merging) == Errc::ok);
        CHECK_FALSE(merging->merges());
        auto cut = co_await send_segments_to(here, bytes_of("abcde"), 2, to, limit());
        REQUIRE(outcome(cut) == Errc::ok);
        CHECK(*cut == 3);
        auto parts = co_await receive_count(*merging, batch, 3);
        CHECK(parts == std::vector<Bytes>{copy_of(bytes_of("ab")), copy_of(bytes_of("cd")), copy_of(bytes_of("e"))});
    });
}

TEST_CASE("datagram batch: a full queue is waited for with a peer, and told without one") {
    if (without_unix(pier::spi::SocketKind::datagram)) return;
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        const UnixPlace place;
        Datagram there = open_datagram(place.at());
        Datagram client = connected_datagram(there.local());
        // More than any queue of the system holds (net.unix.max_dgram_qlen is 10 at first).
        std::vector<Bytes> all;
        for (std::uint32_t i = 0; i < 3000; ++i) all.push_back(pattern(i % 7, i + 1));
        const auto list = addressed(all, {});
        pier::TaskScope scope;
        scope.spawn(send_list(client, list));
        co_await turns();
        DatagramBatch batch(64, 10);
        auto came = co_await receive_count(there, batch, all.size());
        CHECK(came == all);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        // Cancelled in the middle, it says how many have gone.
        std::size_t gone = 0;
        Errc ended = Errc::ok;
        auto sending = [&]() -> Task<void> {
            auto sent = co_await send_many(client, list, limit());
            ended = outcome(sent);
            if (!sent) gone = sent.error().sent;
        };
        scope.spawn(sending());
        co_await turns(100);
        scope.cancel();
        auto again = co_await scope.join(limit());
        CHECK(outcome(again) == Errc::ok);
        CHECK(ended == Errc::operation_canceled);
        CHECK(gone > 0);
        auto rest = co_await receive_count(there, batch, gone);
        CHECK(rest.size() == gone);
        auto more = co_await receive_many(there, batch, after(1ms));
        CHECK(outcome(more) == Errc::timed_out);
        // And the deadline, likewise.
        auto late = co_await send_many(client, list, after(20ms));
        CHECK(outcome(late) == Errc::timed_out);
        CHECK(!late);
        if (!late) CHECK(late.error().sent > 0);
        Datagram here = open_datagram(place.at("sender"));
        const std::vector<Bytes> two(2, copy_of(bytes_of("x")));
        const auto more_list = addressed(two, there.local());
        auto full = co_await send_many(here, more_list, limit());
        CHECK(outcome(full) == Errc::no_buffer_space);
    });
}
