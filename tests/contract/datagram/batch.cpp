// Many datagrams by one call: what comes is what came one by one.
#include "batches.hpp"

#include <algorithm>
#include <array>

using namespace contract;
using pier::Datagram;
using pier::DatagramBatch;
using pier::Endpoint;
using pier::Family;
using pier::OutgoingDatagram;

TEST_CASE("datagram batch: in order, with boundaries, also those of empty ones, over IPv4 and IPv6") {
    on_loop([]() -> Task<void> {
        for (Family family : {Family::ipv4, Family::ipv6}) {
            Datagram here = open_datagram(Endpoint::loopback(family));
            Datagram there = open_datagram(Endpoint::loopback(family));
            constexpr std::array<std::size_t, 8> sizes = {1, 0, 999, 0, 1000, 3, 0, 1400};
            const std::vector<Bytes> all = patterns(sizes);
            co_await send_list(here, addressed(all, there.local()));
            DatagramBatch batch(64, 1500);
            std::size_t count = 0;
            while (count < all.size()) {
                auto came = co_await receive_many(there, batch, limit());
                REQUIRE(outcome(came) == Errc::ok);
                REQUIRE(count + *came <= all.size());
                for (const pier::BatchedDatagram& datagram : batch) {
                    CHECK(copy_of(datagram.data) == all[count++]);
                    CHECK(datagram.from == here.local());
                    CHECK_FALSE(datagram.truncated);
                }
            }
        }
    });
}

TEST_CASE("datagram batch: each one comes with its own sender") {
    on_loop([]() -> Task<void> {
        Datagram there = open_datagram();
        std::vector<Datagram> senders;
        for (int i = 0; i < 3; ++i) senders.push_back(open_datagram());
        for (int round = 0; round < 4; ++round) {
            for (const Datagram& sender : senders) {
                const std::string text = sender.local().to_string();
                auto sent = co_await sender.send_to(bytes_of(text), there.local(), limit());
                REQUIRE(outcome(sent) == Errc::ok);
            }
        }
        DatagramBatch batch(5, 100);
        for (std::size_t count = 0; count < 12; count += batch.size()) {
            auto came = co_await receive_many(there, batch, limit());
            REQUIRE(outcome(came) == Errc::ok);
            CHECK(*came <= batch.capacity());
            for (const pier::BatchedDatagram& datagram : batch) {
                CHECK(text_of(datagram.data) == datagram.from.to_string());
            }
        }
    });
}

TEST_CASE("datagram batch: to several receivers, each gets its own") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram first = open_datagram();
        Datagram second = open_datagram();
        const std::array<OutgoingDatagram, 5> list = {
            OutgoingDatagram{bytes_of("a"), first.local()}, OutgoingDatagram{bytes_of("b"), second.local()},
            OutgoingDatagram{bytes_of("c"), second.local()}, OutgoingDatagram{bytes_of("d"), first.local()},
            OutgoingDatagram{bytes_of("e"), second.local()}};
        auto sent = co_await send_many(here, list, limit());
        REQUIRE(outcome(sent) == Errc::ok);
        CHECK(*sent == 5);
        DatagramBatch batch(8, 10);
        auto at_first = co_await receive_count(first, batch, 2);
        CHECK(at_first == std::vector<Bytes>{copy_of(bytes_of("a")), copy_of(bytes_of("d"))});
        auto at_second = co_await receive_count(second, batch, 3);
        CHECK(at_second == std::vector<Bytes>{copy_of(bytes_of("b")), copy_of(bytes_of("c")), copy_of(bytes_of("e"))});
    });
}

TEST_CASE("datagram batch: what is longer than the batch allows is truncated, and the next one is whole") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        constexpr std::array<std::size_t, 6> sizes = {30, 10, 11, 0, 9, 2000};
        const std::vector<Bytes> all = patterns(sizes);
        for (std::size_t room : {std::size_t{10}, std::size_t{0}}) {
            co_await send_list(here, addressed(all, there.local()));
            DatagramBatch batch(4, room);
            for (std::size_t count = 0; count < all.size();) {
                auto came = co_await receive_many(there, batch, limit());
                REQUIRE(outcome(came) == Errc::ok);
                for (const pier::BatchedDatagram& datagram : batch) {
                    const Bytes& whole = all[count++];
                    const std::size_t size = std::min(room, whole.size());
                    CHECK(copy_of(datagram.data) == copy_of(std::span(whole).first(size)));
                    CHECK(datagram.truncated == (whole.size() > room));
                }
            }
        }
    });
}

TEST_CASE("datagram batch: more than fits stays for the next receives, whichever they are") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        std::vector<Bytes> all;
        for (int i = 0; i < 100; ++i) all.push_back(copy_of(bytes_of(std::to_string(i))));
        co_await send_list(here, addressed(all, there.local()));
        DatagramBatch batch(16, 10);
        auto came = co_await receive_count(there, batch, 32);
        std::array<std::byte, 10> into{};
        auto one = co_await there.receive(into, limit());
        REQUIRE(outcome(one) == Errc::ok);
        came.push_back(copy_of(std::span(into).first(one->size)));
        auto rest = co_await receive_count(there, batch, all.size() - came.size());
        came.insert(came.end(), rest.begin(), rest.end());
        CHECK(came == all);
    });
}

TEST_CASE("datagram batch: a receive has a deadline and can be cancelled, and the next datagrams are not lost") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        DatagramBatch batch(8, 10);
        auto late = co_await receive_many(here, batch, after(20ms));
        CHECK(outcome(late) == Errc::timed_out);
        CHECK(batch.empty());
        Errc ended = Errc::ok;
        auto receiving = [&]() -> Task<void> {
            auto got = co_await receive_many(here, batch, limit());
            ended = outcome(got);
        };
        pier::TaskScope scope;
        scope.spawn(receiving());
        co_await turns();
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(ended == Errc::operation_canceled);
        const std::vector<Bytes> all = {copy_of(bytes_of("one")), copy_of(bytes_of("two"))};
        co_await send_list(there, addressed(all, here.local()));
        auto came = co_await receive_count(here, batch, 2);
        CHECK(came == all);
    });
}

TEST_CASE("datagram batch: a task that was cancelled before takes and sends nothing") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        auto sent = co_await there.send_to(bytes_of("kept"), here.local(), limit());
        REQUIRE(outcome(sent) == Errc::ok);
        DatagramBatch batch(8, 10);
        Errc received = Errc::ok;
        Errc gone = Errc::ok;
        const std::array<OutgoingDatagram, 1> list = {OutgoingDatagram{bytes_of("not sent"), there.local()}};
        auto working = [&]() -> Task<void> {
            auto got = co_await receive_many(here, batch, limit());
            received = outcome(got);
            auto many = co_await send_many(here, list, limit());
            gone = outcome(many);
        };
        pier::TaskScope scope;
        scope.cancel();
        scope.spawn(working());
        (void)co_await scope.join(limit());
        CHECK(received == Errc::operation_canceled);
        CHECK(gone == Errc::operation_canceled);
        auto came = co_await receive_count(here, batch, 1);
        CHECK(came == std::vector<Bytes>{copy_of(bytes_of("kept"))});
        auto nothing = co_await receive_many(there, batch, after(20ms));
        CHECK(outcome(nothing) == Errc::timed_out);
    });
}

TEST_CASE("datagram batch: closing ends a pending receive, and so does the end of the socket") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        for (const bool destroys : {false, true}) {
            auto here = std::make_unique<Datagram>(open_datagram());
            DatagramBatch batch(8, 10);
            Errc ended = Errc::ok;
            auto receiving = [&]() -> Task<void> {
                auto got = co_await receive_many(*here, batch, limit());
                ended = outcome(got);
            };
            pier::TaskScope scope;
            scope.spawn(receiving());
            co_await turns();
            if (destroys) {
                here.reset();
            } else {
                here->close();
            }
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(ended == Errc::operation_canceled);
        }
    });
}

TEST_CASE("datagram batch: closed sockets are told of, also for nothing") {
    on_loop([]() -> Task<void> {
        Datagram closed = open_datagram();
        const Endpoint name = closed.local();
        closed.close();
        DatagramBatch batch(1, 1);
        auto received = co_await receive_many(closed, batch, limit());
        CHECK(outcome(received) == Errc::not_connected);
        const std::array<OutgoingDatagram, 1> list = {OutgoingDatagram{bytes_of("x"), name}};
        auto sent = co_await send_many(closed, list, limit());
        CHECK(outcome(sent) == Errc::not_connected);
        auto nothing = co_await send_many(closed, {}, limit());
        CHECK(outcome(nothing) == Errc::not_connected);
        auto cut = co_await send_segments_to(closed, bytes_of("abc"), 1, name, limit());
        CHECK(outcome(cut) == Errc::not_connected);
        CHECK(outcome(pier::MergingDatagram::over(std::move(closed))) == Errc::not_connected);
    });
}

TEST_CASE("datagram batch: it waits in line, and so do others behind it") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        std::string order;
        auto receiving = [&](char name) -> Task<void> {
            std::array<std::byte, 10> into{};
            auto got = co_await here.receive(into, limit());
            REQUIRE(outcome(got) == Errc::ok);
            order += name;
            order += text_of(std::span(into).first(got->size));
        };
        auto receiving_many = [&](char name) -> Task<void> {
            DatagramBatch batch(1, 10);
            auto got = co_await receive_many(here, batch, limit());
            REQUIRE(outcome(got) == Errc::ok);
            order += name;
            order += text_of(batch[0].data);
        };
        pier::TaskScope scope;
        scope.spawn(receiving('a'));
        co_await turns(1);
        scope.spawn(receiving_many('b'));
        co_await turns(1);
        scope.spawn(receiving('c'));
        co_await turns(1);
        scope.spawn(receiving_many('d'));
        co_await turns(1);
        const std::vector<Bytes> all = {copy_of(bytes_of("1")), copy_of(bytes_of("2")), copy_of(bytes_of("3")),
                                        copy_of(bytes_of("4"))};
        co_await send_list(there, addressed(all, here.local()));
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(order == "a1b2c3d4");
    });
}

TEST_CASE("datagram batch: a task that waits in receive() is not robbed") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        std::string first;
        std::string others;
        auto receiving = [&]() -> Task<void> {
            std::array<std::byte, 10> into{};
            auto got = co_await here.receive(into, limit());
            REQUIRE(outcome(got) == Errc::ok);
            first = text_of(std::span(into).first(got->size));
        };
        pier::TaskScope scope;
        scope.spawn(receiving());
        co_await turns();
        const std::vector<Bytes> all = {copy_of(bytes_of("1")), copy_of(bytes_of("2")), copy_of(bytes_of("3"))};
        // All three are there, and the first task has not been told, when the second one asks.
        co_await send_list(there, addressed(all, here.local()));
        DatagramBatch batch(8, 10);
        auto came = co_await receive_count(here, batch, 2);
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(first == "1");
        CHECK(came == std::vector<Bytes>{copy_of(bytes_of("2")), copy_of(bytes_of("3"))});
    });
}

TEST_CASE("datagram batch: a connected socket needs no addresses, and takes what comes from its peer alone") {
    on_loop([]() -> Task<void> {
        Datagram server = open_datagram();
        Datagram stranger = open_datagram();
        Datagram client = connected_datagram(server.local());
        const std::array<OutgoingDatagram, 3> list = {OutgoingDatagram{bytes_of("1"), {}},
                                                      OutgoingDatagram{bytes_of(""), {}},
                                                      OutgoingDatagram{bytes_of("333"), {}}};
        auto sent = co_await send_many(client, list, limit());
        REQUIRE(outcome(sent) == Errc::ok);
        DatagramBatch batch(8, 10);
        auto came = co_await receive_count(server, batch, 3);
        CHECK(came == std::vector<Bytes>{copy_of(bytes_of("1")), {}, copy_of(bytes_of("333"))});
        CHECK(batch[0].from == client.local());
        auto strange = co_await stranger.send_to(bytes_of("no"), client.local(), limit());
        CHECK(outcome(strange) == Errc::ok);
        const std::vector<Bytes> answers = {copy_of(bytes_of("yes")), copy_of(bytes_of("and no more"))};
        co_await send_list(server, addressed(answers, client.local()));
        auto got = co_await receive_count(client, batch, 2);
        CHECK(got == std::vector<Bytes>{copy_of(bytes_of("yes")), copy_of(bytes_of("and no mor"))});
        CHECK(batch[batch.size() - 1].truncated);
    });
}

TEST_CASE("datagram batch: a bad datagram ends the batch, and what stands before it has gone") {
    on_loop([]() -> Task<void> {
        Datagram here = open_datagram();
        Datagram there = open_datagram();
        const Endpoint to = there.local();
        const Bytes too_long(70'000);
        const Bytes just_too_long(65'508);
        struct Bad {
            OutgoingDatagram datagram;
            Errc says;
        };
        const std::array<Bad, 5> all = {
            Bad{{bytes_of("x"), Endpoint::loopback(Family::ipv4)}, Errc::invalid_argument},  // port 0
            Bad{{bytes_of("x"), Endpoint::loopback(Family::ipv6, 9)}, Errc::invalid_argument},
            Bad{{too_long, to}, Errc::message_size},
            Bad{{just_too_long, to}, Errc::message_size},
            Bad{{bytes_of("x"), {}}, Errc::not_connected},
        };
        for (const Bad& bad : all) {
            for (std::size_t place : {std::size_t{0}, std::size_t{2}}) {
                std::vector<OutgoingDatagram> list(4, OutgoingDatagram{bytes_of("good"), to});
                list[place] = bad.datagram;
                auto sent = co_await send_many(here, list, limit());
                CHECK(outcome(sent) == bad.says);
                if (!sent) CHECK(sent.error().sent == place);
                DatagramBatch batch(8, 10);
                if (place > 0) {
                    auto came = co_await receive_count(there, batch, place);
                    CHECK(came.size() == place);
                }
                auto more = co_await receive_many(there, batch, after(1ms));
                CHECK(outcome(more) == Errc::timed_out);
            }
        }
        // The socket is well, and on one with a peer an address is refused.
        Datagram client = connected_datagram(to);
        const std::array<OutgoingDatagram, 2> list = {OutgoingDatagram{bytes_of("good"), {}},
                                                      OutgoingDatagram{bytes_of("bad"), to}};
        auto sent = co_await send_many(client, list, limit());
        CHECK(outcome(sent) == Errc::already_connected);
        if (!sent) CHECK(sent.error().sent == 1);
    });
}

TEST_CASE("datagram batch: nobody there is told to a connected socket, once, and to no other") {
    if (under_wine()) return skip("Wine does not tell a connected datagram socket of an unreachable port");
    on_loop([]() -> Task<void> {
        Datagram gone = open_datagram();
        const Endpoint name = gone.local();
        Datagram client = connected_datagram(name);
        Datagram here = open_datagram();
        gone.close();
        DatagramBatch batch(8, 10);
        const std::array<OutgoingDatagram, 1> one = {OutgoingDatagram{bytes_of("x"), {}}};
        auto sent = co_await send_many(client, one, limit());
        REQUIRE(outcome(sent) == Errc::ok);
        auto told = co_await receive_many(client, batch, limit());
        CHECK(outcome(told) == Errc::connection_refused);
        auto again = co_await receive_many(client, batch, after(20ms));
        CHECK(outcome(again) == Errc::timed_out);
        const std::array<OutgoingDatagram, 2> two = {OutgoingDatagram{bytes_of("x"), name},
                                                     OutgoingDatagram{bytes_of("y"), name}};
        auto unheard = co_await send_many(here, two, limit());
        CHECK(outcome(unheard) == Errc::ok);
        auto nothing = co_await receive_many(here, batch, after(20ms));
        CHECK(outcome(nothing) == Errc::timed_out);
    });
}
