// Connecting: whom one reaches, and how it fails.
#include "bytes.hpp"
#include "harness.hpp"

#include <pier/sys/clock.hpp>

#include <vector>

using namespace contract;
using pier::Endpoint;
using pier::Family;
using pier::Listener;
using pier::Stream;

namespace {

Task<void> say_hello(Stream& stream) {
    auto sent = co_await stream.send_all(bytes_of("hello"), limit());
    CHECK(outcome(sent) == Errc::ok);
    CHECK(outcome(stream.finish()) == Errc::ok);
}

Task<void> hear_hello(Stream& stream) {
    std::byte into[5];
    auto got = co_await stream.receive_exactly(into, limit());
    CHECK(outcome(got) == Errc::ok);
    CHECK(text_of(into) == "hello");
}

// An endpoint whose listener is gone.
Endpoint where_nobody_listens(Family family) {
    return on_loop([=]() -> Task<Endpoint> {
        auto listener = Listener::open(Endpoint::loopback(family));
        REQUIRE(outcome(listener) == Errc::ok);
        co_return listener->local();
    });
}

// A listener that takes no more, so that the next connect stays pending (where the system does not refuse it).
class FullListener {
public:
    // False: the system answers a full queue otherwise.
    Task<bool> fill() {
        auto opened = Listener::open(Endpoint::loopback(Family::ipv4), {.backlog = 0});
        REQUIRE(outcome(opened) == Errc::ok);
        listener_ = std::move(*opened);
        endpoint_ = listener_.local();
        for (int i = 0; i < 16; ++i) {
            auto stream = co_await Stream::connect(listener_.local(), after(100ms));
            if (!stream) co_return outcome(stream) == Errc::timed_out;
            streams_.push_back(std::move(*stream));
        }
        co_return false;
    }
    [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
    void close() noexcept { listener_.close(); }

private:
    Listener listener_;
    Endpoint endpoint_;
    std::vector<Stream> streams_;
};

constexpr const char* no_pending_connect = "the system leaves no connect pending on loopback";

}  // namespace

TEST_CASE("connect: refused where nobody listens") {
    for (Family family : {Family::ipv4, Family::ipv6}) {
        Endpoint endpoint = where_nobody_listens(family);
        on_loop([&]() -> Task<void> {
            auto stream = co_await Stream::connect(endpoint, limit());
            CHECK(outcome(stream) == Errc::connection_refused);
        });
    }
}

TEST_CASE("connect: both ends know both names") {
    for (Family family : {Family::ipv4, Family::ipv6}) {
        Meeting meeting(family);
        Endpoint client_local;
        Endpoint client_peer;
        Signal known;
        both(
            [&]() -> Task<void> {
                Stream stream = co_await meeting.serve();
                co_await known.wait();
                auto local = stream.local();
                REQUIRE(outcome(local) == Errc::ok);
                CHECK(*local == client_peer);
                CHECK(stream.peer() == client_local);
                CHECK(local->family() == family);
                CHECK(local->is_loopback());
            },
            [&]() -> Task<void> {
                Stream stream = co_await meeting.connect();
                auto local = stream.local();
                REQUIRE(outcome(local) == Errc::ok);
                client_local = *local;
                client_peer = stream.peer();
                known.set();
                (void)co_await stream.receive(limit());
            });
    }
}

TEST_CASE("connect: IPv6 carries data as IPv4 does") {
    Meeting meeting(Family::ipv6);
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await hear_hello(stream);
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            co_await say_hello(stream);
            (void)co_await stream.receive(limit());
        });
}

TEST_CASE("connect: an unspecified address means the loopback one") {
    for (Family family : {Family::ipv4, Family::ipv6}) {
        Meeting meeting(family);
        both(
            [&]() -> Task<void> {
                Stream stream = co_await meeting.serve();
                co_await hear_hello(stream);
            },
            [&]() -> Task<void> {
                Endpoint endpoint = co_await meeting.address();
                Stream stream = co_await connect_to(Endpoint::any(family, endpoint.port()));
                CHECK(stream.peer() == endpoint);
                co_await say_hello(stream);
                (void)co_await stream.receive(limit());
            });
    }
}

TEST_CASE("connect: a listener on all addresses is reached through loopback") {
    for (Family family : {Family::ipv4, Family::ipv6}) {
        Meeting meeting(Endpoint::any(family), {});
        both(
            [&]() -> Task<void> {
                Stream stream = co_await meeting.serve();
                co_await hear_hello(stream);
            },
            [&]() -> Task<void> {
                Endpoint endpoint = co_await meeting.address();
                Stream stream = co_await connect_to(Endpoint::loopback(family, endpoint.port()));
                co_await say_hello(stream);
                (void)co_await stream.receive(limit());
            });
    }
}

TEST_CASE("connect: port 0 and no address at all are invalid arguments") {
    on_loop([]() -> Task<void> {
        for (Family family : {Family::ipv4, Family::ipv6}) {
            auto stream = co_await Stream::connect(Endpoint::loopback(family, 0), limit());
            CHECK(outcome(stream) == Errc::invalid_argument);
        }
        auto stream = co_await Stream::connect(Endpoint().with_port(7), limit());
        CHECK(outcome(stream) == Errc::invalid_argument);
    });
}

TEST_CASE("connect: IPv4 does not reach a listener of IPv6 alone") {
    Listener listener;
    on_loop([&]() -> Task<void> {
        auto opened = Listener::open(Endpoint::any(Family::ipv6));
        REQUIRE(outcome(opened) == Errc::ok);
        auto stream = co_await Stream::connect(Endpoint::loopback(Family::ipv4, opened->local().port()), limit());
        CHECK(outcome(stream) == Errc::connection_refused);
    });
}

TEST_CASE("connect: IPv4 reaches a dual-stack listener") {
    Meeting meeting(Endpoint::any(Family::ipv6), {.dual_stack = true});
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            for (int i = 0; i < 2; ++i) {
                Stream stream = co_await accept_from(listener);
                CHECK(stream.peer().family() == Family::ipv6);
                co_await hear_hello(stream);
            }
        },
        [&]() -> Task<void> {
            Endpoint endpoint = co_await meeting.address();
            for (Family family : {Family::ipv4, Family::ipv6}) {
                Stream stream = co_await connect_to(Endpoint::loopback(family, endpoint.port()));
                co_await say_hello(stream);
                (void)co_await stream.receive(limit());
            }
        });
}

TEST_CASE("connect: a pending one keeps its deadline") {
    on_loop([]() -> Task<void> {
        FullListener full;
        const bool filled = co_await full.fill();
        if (!filled) co_return skip(no_pending_connect);
        pier::Time before = pier::sys::now();
        auto stream = co_await Stream::connect(full.endpoint(), after(50ms));
        CHECK(outcome(stream) == Errc::timed_out);
        CHECK(pier::sys::now() - before >= 50ms);
    });
}

TEST_CASE("connect: a pending one is told when it is refused after all") {
    on_loop([]() -> Task<void> {
        FullListener full;
        const bool filled = co_await full.fill();
        if (!filled) co_return skip(no_pending_connect);
        Errc result = Errc::ok;
        auto connecting = [&]() -> Task<void> {
            auto stream = co_await Stream::connect(full.endpoint(), limit());
            result = outcome(stream);
        };
        pier::TaskScope scope;
        scope.spawn(connecting());
        co_await turns();
        full.close();  // the next SYN finds nobody; it is sent again within a second or two
        (void)co_await scope.join(limit());
        CHECK(result == Errc::connection_refused);
    });
}

TEST_CASE("connect: a pending one can be cancelled") {
    on_loop([]() -> Task<void> {
        FullListener full;
        const bool filled = co_await full.fill();
        if (!filled) co_return skip(no_pending_connect);
        Errc result = Errc::ok;
        auto connecting = [&]() -> Task<void> {
            auto stream = co_await Stream::connect(full.endpoint(), limit());
            result = outcome(stream);
        };
        pier::TaskScope scope;
        scope.spawn(connecting());
        co_await turns();
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        CHECK(result == Errc::operation_canceled);
    });
}

TEST_CASE("connect: two hundred at once") {
    if (one_at_a_time()) return skip("one operation at a time");
    constexpr int count = 200;
    Meeting meeting;
    int served = 0;
    int answered = 0;
    both(
        [&]() -> Task<void> {
            Listener listener = meeting.listen();
            pier::TaskScope scope;
            auto serve = [&](Stream stream) -> Task<void> {
                for (;;) {
                    auto got = co_await stream.receive(limit());
                    REQUIRE(outcome(got) == Errc::ok);
                    if (got->empty()) break;
                    auto sent = co_await stream.send_all(*got, limit());
                    REQUIRE(outcome(sent) == Errc::ok);
                }
                ++served;
            };
            for (int i = 0; i < count; ++i) scope.spawn(serve(co_await accept_from(listener)));
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(served == count);
        },
        [&]() -> Task<void> {
            Endpoint endpoint = co_await meeting.address();
            pier::TaskScope scope;
            // All are connected before the first of them speaks.
            int connected = 0;
            pier::Event everybody;
            auto ask = [&](int number) -> Task<void> {
                Stream stream = co_await connect_to(endpoint);
                if (++connected == count) everybody.set();
                while (!everybody.is_set()) co_await turns(1);
                std::string question = "number " + std::to_string(number);
                auto sent = co_await stream.send_all(bytes_of(question), limit());
                REQUIRE(outcome(sent) == Errc::ok);
                std::vector<std::byte> answer(question.size());
                auto got = co_await stream.receive_exactly(answer, limit());
                REQUIRE(outcome(got) == Errc::ok);
                CHECK(text_of(answer) == question);
                ++answered;
            };
            for (int i = 0; i < count; ++i) scope.spawn(ask(i));
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(answered == count);
        });
}
