// Waiting without a transfer: sockets of another owner, and streams before they are received from.
#include "bytes.hpp"
#include "harness.hpp"
#include "pair.hpp"

#include <pier/spi/descriptor.hpp>
#include <pier/sys/attempt.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/socket.hpp>
#include <pier/watch.hpp>

#include <array>
#include <optional>
#include <utility>

using namespace contract;
using pier::Stream;
using pier::Watch;
namespace sys = pier::sys;
namespace spi = pier::spi;

namespace {

// A socket that Pier's loop has no part in: its owner calls the system itself, and never waits in it.
class Foreign {
public:
    Foreign() {
        auto opened = sys::open(pier::Family::ipv4, spi::SocketKind::stream);
        REQUIRE(outcome(opened) == Errc::ok);
        descriptor_.socket = *opened;
    }
    Foreign(const Foreign&) = delete;
    ~Foreign() { close(); }
    void close() noexcept { sys::close(std::exchange(descriptor_.socket, spi::no_socket)); }

    [[nodiscard]] pier::NativeSocket socket() const noexcept { return descriptor_.socket; }

    // Nothing while it is under way.
    std::optional<Errc> connect(const pier::Endpoint& to) {
        spi::AddressedOperation op(spi::Verb::connect, &descriptor_);
        op.endpoint = to;
        return sys::connect_start(op) == sys::Attempt::done ? std::optional(op.error.condition) : std::nullopt;
    }
    std::optional<Errc> connected() {
        spi::AddressedOperation op(spi::Verb::connect, &descriptor_);
        return sys::connect_result(op) == sys::Attempt::done ? std::optional(op.error.condition) : std::nullopt;
    }
    // How many bytes; nothing when it would block.
    std::optional<std::size_t> receive(std::span<std::byte> into) { return transfer(spi::Verb::receive, into); }
    std::optional<std::size_t> send(std::span<const std::byte> data) {
        return transfer(spi::Verb::send, {const_cast<std::byte*>(data.data()), data.size()});
    }

private:
    std::optional<std::size_t> transfer(spi::Verb verb, std::span<std::byte> data) {
        spi::Operation op(verb, &descriptor_);
        op.buffer = data.data();
        op.length = static_cast<std::uint32_t>(data.size());
        if (sys::attempt(op) == sys::Attempt::would_block) return std::nullopt;
        REQUIRE(op.error.condition == Errc::ok);
        return op.transferred;
    }

    spi::Descriptor descriptor_;
};

Watch watch(const Foreign& foreign) {
    auto opened = Watch::open(foreign.socket());
    REQUIRE(outcome(opened) == Errc::ok);
    return std::move(*opened);
}

Task<void> connect(Foreign& foreign, const Watch& watch, pier::Endpoint to) {
    std::optional<Errc> result = foreign.connect(to);
    while (!result) {
        auto ready = co_await watch.writable(limit());
        REQUIRE(outcome(ready) == Errc::ok);
        result = foreign.connected();
    }
    REQUIRE(*result == Errc::ok);
}

Task<std::size_t> receive(Foreign& foreign, const Watch& watch, std::span<std::byte> into) {
    for (;;) {
        if (auto count = foreign.receive(into)) co_return *count;
        auto ready = co_await watch.readable(limit());
        REQUIRE(outcome(ready) == Errc::ok);
    }
}

// A foreign socket with a peer, on a loop of its own.
struct ForeignPair {
    explicit ForeignPair(const pier::Listener& from) : listener(from) {}
    Task<void> connect() {
        auto opened = Watch::open(foreign.socket());
        REQUIRE(outcome(opened) == Errc::ok);
        watched = std::move(*opened);
        co_await ::connect(foreign, watched, listener.local());
        peer = co_await accept_from(listener);
    }

    const pier::Listener& listener;
    Foreign foreign;
    Watch watched;
    Stream peer;
};

pier::Listener listen() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    REQUIRE(outcome(listener) == Errc::ok);
    return std::move(*listener);
}

// A few bytes there and back.
Task<void> exchange(const Pair& pair) {
    std::array<std::byte, 4> into{};
    auto sent = co_await pair.client.send_all(bytes_of("ping"), limit());
    CHECK(outcome(sent) == Errc::ok);
    auto got = co_await pair.server.receive_exactly(into, limit());
    CHECK(outcome(got) == Errc::ok);
    CHECK(text_of(into) == "ping");
    sent = co_await pair.server.send_all(bytes_of("pong"), limit());
    CHECK(outcome(sent) == Errc::ok);
    got = co_await pair.client.receive_exactly(into, limit());
    CHECK(outcome(got) == Errc::ok);
    CHECK(text_of(into) == "pong");
}

// Libuv reads its own sockets itself.
bool waits_for_streams() { return settings().engine != "uv"; }
constexpr std::string_view reads_itself = "libuv reads its own sockets itself";

}  // namespace

TEST_CASE("wait: a foreign socket tells of its connect, of data each time, and of the end") {
    Meeting meeting;
    std::array<Signal, 3> received;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            for (int round = 0; round < 3; ++round) {
                auto sent = co_await stream.send_all(bytes_of("data"), limit());
                CHECK(outcome(sent) == Errc::ok);
                co_await received[static_cast<std::size_t>(round)].wait();
            }
            CHECK(outcome(stream.finish()) == Errc::ok);
            auto end = co_await stream.receive(limit());
            CHECK(outcome(end) == Errc::ok);
        },
        [&]() -> Task<void> {
            pier::Endpoint endpoint = co_await meeting.address();
            Foreign foreign;
            Watch watched = watch(foreign);
            co_await connect(foreign, watched, endpoint);
            std::array<std::byte, 64> into{};
            for (int round = 0; round < 3; ++round) {
                std::size_t count = co_await receive(foreign, watched, into);
                CHECK(text_of(std::span(into).first(count)) == "data");
                received[static_cast<std::size_t>(round)].set();
            }
            std::size_t count = co_await receive(foreign, watched, into);
            CHECK(count == 0);
            // Ready is a state: it stays so as long as the end is there.
            auto again = co_await watched.readable(limit());
            CHECK(outcome(again) == Errc::ok);
        });
}

TEST_CASE("wait: a foreign socket that is full tells when there is room, while another waits to read") {
    if (one_at_a_time()) return skip("one operation at a time");
    Meeting meeting;
    Signal full;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await full.wait();
            Checksum sum;
            for (;;) {
                auto got = co_await stream.receive(limit());
                REQUIRE(outcome(got) == Errc::ok);
                if (got->empty()) break;
                sum.add(*got);
                if (sum.size() >= 1U << 20) break;
            }
            auto sent = co_await stream.send_all(bytes_of("enough"), limit());
            CHECK(outcome(sent) == Errc::ok);
            for (;;) {
                auto got = co_await stream.receive(limit());
                if (!got || got->empty()) break;
            }
        },
        [&]() -> Task<void> {
            pier::Endpoint endpoint = co_await meeting.address();
            Foreign foreign;
            Watch watched = watch(foreign);
            co_await connect(foreign, watched, endpoint);
            auto data = pattern(1 << 20);
            std::size_t total = 0;
            // Windows takes much at once: bounded all the same, since the other end does not read.
            while (auto count = foreign.send(data)) total += *count;
            CHECK(total > 0);
            pier::TaskScope scope;
            std::array<std::byte, 64> into{};
            std::size_t said = 0;
            auto reading = [&]() -> Task<void> { said = co_await receive(foreign, watched, into); };
            scope.spawn(reading());
            co_await turns();
            full.set();
            auto room = co_await watched.writable(limit());
            CHECK(outcome(room) == Errc::ok);
            CHECK(foreign.send(data).value_or(0) > 0);
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(text_of(std::span(into).first(said)) == "enough");
        });
}

TEST_CASE("wait: it ends by its deadline, its scope or a close, and the foreign socket is left as it was") {
    Meeting meeting;
    Signal over;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await over.wait();
            auto sent = co_await stream.send_all(bytes_of("still"), limit());
            CHECK(outcome(sent) == Errc::ok);
            std::array<std::byte, 6> into{};
            auto got = co_await stream.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::ok);
            CHECK(text_of(into) == "answer");
        },
        [&]() -> Task<void> {
            pier::Endpoint endpoint = co_await meeting.address();
            Foreign foreign;
            {
                Watch watched = watch(foreign);
                co_await connect(foreign, watched, endpoint);
                pier::Time before = sys::now();
                auto late = co_await watched.readable(after(30ms));
                CHECK(outcome(late) == Errc::timed_out);
                CHECK(sys::now() - before >= 30ms);
                for (bool closes : {false, true, false}) {
                    if (!watched.valid()) watched = watch(foreign);
                    Errc result = Errc::ok;
                    auto waiting = [&]() -> Task<void> {
                        auto ready = co_await watched.readable(limit());
                        result = outcome(ready);
                    };
                    pier::TaskScope scope;
                    scope.spawn(waiting());
                    co_await turns();
                    if (closes) {
                        watched.close();
                    } else {
                        scope.cancel();
                    }
                    auto joined = co_await scope.join(limit());
                    CHECK(outcome(joined) == Errc::ok);
                    CHECK(result == Errc::operation_canceled);
                }
            }
            over.set();
            Watch watched = watch(foreign);
            std::array<std::byte, 64> into{};
            std::size_t count = co_await receive(foreign, watched, into);
            CHECK(text_of(std::span(into).first(count)) == "still");
            watched.close();
            CHECK(foreign.send(bytes_of("answer")) == 6);
        });
}

TEST_CASE("wait: several wait for one foreign socket, and each is told") {
    if (one_at_a_time()) return skip("one operation at a time");
    Meeting meeting;
    Signal waiting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await waiting.wait();
            auto sent = co_await stream.send_all(bytes_of("x"), limit());
            CHECK(outcome(sent) == Errc::ok);
            (void)co_await stream.receive(limit());
        },
        [&]() -> Task<void> {
            pier::Endpoint endpoint = co_await meeting.address();
            Foreign foreign;
            Watch watched = watch(foreign);
            co_await connect(foreign, watched, endpoint);
            int told = 0;
            auto wait = [&]() -> Task<void> {
                auto ready = co_await watched.readable(limit());
                CHECK(outcome(ready) == Errc::ok);
                ++told;
            };
            pier::TaskScope scope;
            for (int i = 0; i < 3; ++i) scope.spawn(wait());
            co_await turns();
            waiting.set();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(told == 3);
        });
}

TEST_CASE("wait: a stream tells when there is something to receive, and takes nothing") {
    if (!waits_for_streams()) return skip(reads_itself);
    Meeting meeting;
    Signal waiting;
    Signal received;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await waiting.wait();
            auto sent = co_await stream.send_all(bytes_of("hello"), limit());
            CHECK(outcome(sent) == Errc::ok);
            co_await received.wait();
            CHECK(outcome(stream.finish()) == Errc::ok);
            (void)co_await stream.receive(limit());
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            auto room = co_await stream.writable(limit());
            CHECK(outcome(room) == Errc::ok);
            auto late = co_await stream.readable(after(10ms));
            CHECK(outcome(late) == Errc::timed_out);
            waiting.set();
            for (int i = 0; i < 2; ++i) {
                auto ready = co_await stream.readable(limit());
                CHECK(outcome(ready) == Errc::ok);
            }
            std::array<std::byte, 5> into{};
            auto got = co_await stream.receive_exactly(into, limit());
            CHECK(outcome(got) == Errc::ok);
            CHECK(text_of(into) == "hello");
            received.set();
            auto ready = co_await stream.readable(limit());
            CHECK(outcome(ready) == Errc::ok);
            auto end = co_await stream.receive(limit());
            REQUIRE(outcome(end) == Errc::ok);
            CHECK(end->empty());
            ready = co_await stream.readable(limit());
            CHECK(outcome(ready) == Errc::ok);
        });
}

TEST_CASE("wait: a reset that a wait is told of is not lost to the receive") {
    if (!waits_for_streams()) return skip(reads_itself);
    if (under_wine_8() && receives_by_trying()) {
        return skip("Wine 8 tells of a reset only to an overlapped receive that was waiting for it");
    }
    Meeting meeting;
    Signal waiting;
    both(
        [&]() -> Task<void> {
            Stream stream = co_await meeting.serve();
            co_await waiting.wait();
            stream.abort();
        },
        [&]() -> Task<void> {
            Stream stream = co_await meeting.connect();
            pier::TaskScope scope;
            Errc told = Errc::unexpected;
            auto wait = [&]() -> Task<void> {
                auto ready = co_await stream.readable(limit());
                told = outcome(ready);
            };
            scope.spawn(wait());
            co_await turns();
            waiting.set();
            auto joined = co_await scope.join(limit());
            CHECK(outcome(joined) == Errc::ok);
            CHECK(told == Errc::ok);
            auto got = co_await stream.receive(limit());
            CHECK(outcome(got) == Errc::connection_reset);
        });
}

TEST_CASE("wait: when its wait has ended the owner may close a foreign socket, and the loop goes on") {
    bool by_news = false;
    SUBCASE("the wait was told of something") { by_news = true; }
    SUBCASE("the wait was given up") {}
    on_loop([&]() -> Task<void> {
        pier::Listener listener = listen();
        Pair others = co_await connect_pair(listener);
        ForeignPair pair(listener);
        co_await pair.connect();
        // Both directions have been waited for.
        auto room = co_await pair.watched.writable(limit());
        CHECK(outcome(room) == Errc::ok);
        if (by_news) {
            auto sent = co_await pair.peer.send_all(bytes_of("data"), limit());
            CHECK(outcome(sent) == Errc::ok);
        }
        auto ready = co_await pair.watched.readable(by_news ? limit() : after(10ms));
        CHECK(outcome(ready) == (by_news ? Errc::ok : Errc::timed_out));
        pair.foreign.close();
        (void)co_await pier::sleep(after(1ms));
        co_await exchange(others);
        // The system gives its number away again.
        Pair later = co_await connect_pair(listener);
        co_await exchange(later);
        pair.watched.close();
        co_await exchange(later);
        co_await exchange(others);
    });
}

TEST_CASE("wait: a foreign socket that is closed too early costs nobody but its own waits") {
    if (one_at_a_time()) return skip("one operation at a time");
    on_loop([&]() -> Task<void> {
        pier::Listener listener = listen();
        Pair others = co_await connect_pair(listener);
        ForeignPair pair(listener);
        co_await pair.connect();
        std::array<Errc, 2> results{Errc::ok, Errc::ok};
        auto waiting = [&](Errc& result) -> Task<void> {
            auto ready = co_await pair.watched.readable(limit());
            result = outcome(ready);
        };
        pier::TaskScope scope;
        for (Errc& result : results) scope.spawn(waiting(result));
        co_await turns();
        pair.foreign.close();
        co_await exchange(others);
        // Whoever is given its number next is served as if nothing had been.
        Pair later = co_await connect_pair(listener);
        co_await exchange(later);
        scope.cancel();
        auto joined = co_await scope.join(limit());
        CHECK(outcome(joined) == Errc::ok);
        // Not every mechanism tells; a cancel ends it on all.
        for (Errc result : results) {
            CHECK((result == Errc::not_a_socket || result == Errc::operation_canceled));
        }
        co_await exchange(later);
        pair.watched.close();
        co_await exchange(later);
        co_await exchange(others);
    });
}

TEST_CASE("wait: a second Watch for a socket is refused as long as there is the first") {
    on_loop([&]() -> Task<void> {
        pier::Listener listener = listen();
        ForeignPair pair(listener);
        co_await pair.connect();
        for (int round = 0; round < 2; ++round) {
            auto second = Watch::open(pair.foreign.socket());
            CHECK(outcome(second) == Errc::already_in_progress);
        }
        // The first has not noticed.
        auto sent = co_await pair.peer.send_all(bytes_of("data"), limit());
        CHECK(outcome(sent) == Errc::ok);
        auto ready = co_await pair.watched.readable(limit());
        CHECK(outcome(ready) == Errc::ok);
        pair.watched.close();
        auto second = Watch::open(pair.foreign.socket());
        REQUIRE(outcome(second) == Errc::ok);
        ready = co_await second->readable(limit());
        CHECK(outcome(ready) == Errc::ok);
    });
}

TEST_CASE("wait: a Watch for no socket is refused") {
    on_loop([&]() -> Task<void> {
        for (int number : {-1, -2, -100}) {
            auto opened = Watch::open(static_cast<pier::NativeSocket>(number));
            CHECK(outcome(opened) == Errc::invalid_argument);
        }
        co_return;
    });
}
