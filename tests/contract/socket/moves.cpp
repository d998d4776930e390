// A loop that is run by one thread after the other. What its sockets have under way goes with it, and what was closed
// in a run is closed when the run ends.
#include "hello.hpp"
#include "pair.hpp"

#include <exception>
#include <optional>
#include <thread>
#include <utility>

using namespace contract;
using pier::Listener;
using pier::Loop;
using pier::Stream;
using pier::TaskScope;

namespace {

// A run on a thread that ends with it.
void run_elsewhere(Loop& loop, const Side& body) {
    std::exception_ptr failure;
    std::thread([&] {
        try {
            loop.run(body());
        } catch (...) {
            failure = std::current_exception();
        }
    }).join();
    if (failure) std::rethrow_exception(failure);
}

// Leaves behind what an engine keeps of an operation that is given up.
Task<void> receive_nothing(const Stream& stream) {
    auto late = co_await stream.receive(after(1ms));
    CHECK(outcome(late) == Errc::timed_out);
}

Task<void> accept_nobody(const Listener& listener) {
    auto late = co_await listener.accept(after(1ms));
    CHECK(outcome(late) == Errc::timed_out);
}

Task<void> receive_end(const Stream& stream) {
    auto end = co_await stream.receive(limit());
    REQUIRE(outcome(end) == Errc::ok);
    CHECK(end->empty());
}

// The loop that moves has the listener, and what it accepts. The other one stays on this thread; its ends act between
// the runs of the first.
struct Ends {
    std::unique_ptr<Loop> moving = make_loop();
    std::unique_ptr<Loop> resting = make_loop();
    std::optional<Listener> listener;
    pier::Endpoint name;
    Stream server;
    Stream client;

    void listen() {
        moving->run([](Ends& self) -> Task<void> {
            auto opened = Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
            REQUIRE(outcome(opened) == Errc::ok);
            self.name = opened->local();
            self.listener.emplace(std::move(*opened));
            co_return;
        }(*this));
    }
    void connect() {
        resting->run([](Ends& self) -> Task<void> { self.client = co_await connect_to(self.name); }(*this));
    }
    void say() { resting->run(say_hello(client)); }
    void hear_end() {
        resting->run([](Ends& self) -> Task<void> {
            co_await receive_end(self.client);
            self.client.close();
        }(*this));
    }
    // Server and client, which have met.
    void meet() {
        listen();
        connect();
        say();
        moving->run([](Ends& self) -> Task<void> {
            self.server = co_await accept_from(*self.listener);
            co_await receive_hello(self.server);
            co_await receive_nothing(self.server);
        }(*this));
    }
    void part() {
        moving->run([](Ends& self) -> Task<void> {
            self.server.close();
            self.listener.reset();
            co_return;
        }(*this));
        resting->run([](Ends& self) -> Task<void> {
            self.client.close();
            co_return;
        }(*this));
    }
};

}  // namespace

TEST_CASE("moves: a loop is run by one thread after the other, each of which has ended") {
    auto loop = make_loop();
    auto round_trip = []() -> Task<void> {
        Pair pair = co_await connect_pair();
        co_await say_hello(pair.client);
        co_await receive_hello(pair.server);
    };
    for (int i = 0; i < 5; ++i) run_elsewhere(*loop, round_trip);
    loop->run(round_trip());
}

TEST_CASE("moves: what came between two runs is there for the first receive") {
    Ends ends;
    ends.meet();
    auto hear = [&]() -> Task<void> {
        co_await receive_hello(ends.server);
        co_await receive_nothing(ends.server);
    };
    for (int i = 0; i < 3; ++i) {
        CAPTURE(i);
        ends.say();
        run_elsewhere(*ends.moving, hear);
    }
    ends.say();
    ends.moving->run(hear());
    ends.part();
}

TEST_CASE("moves: what a run has received and nobody asked for is there in the next") {
    auto loop = make_loop();
    std::optional<Pair> pair;
    auto leave_behind = [&]() -> Task<void> {
        if (!pair) pair.emplace(co_await connect_pair());
        co_await say_hello(pair->client);
        co_await receive_hello(pair->server);
        co_await receive_nothing(pair->server);
        co_await say_hello(pair->client);
        co_await turns(5);
    };
    auto hear = [&]() -> Task<void> {
        co_await receive_hello(pair->server);
        co_await leave_behind();
    };
    auto part = [&]() -> Task<void> {
        co_await receive_hello(pair->server);
        pair.reset();
    };
    run_elsewhere(*loop, leave_behind);
    for (int i = 0; i < 3; ++i) run_elsewhere(*loop, hear);
    loop->run(part());
}

TEST_CASE("moves: an accept takes who connected before it moved, and who connects afterwards") {
    Ends ends;
    ends.listen();
    ends.moving->run(accept_nobody(*ends.listener));
    auto accept_two = [&]() -> Task<void> {
        Stream before = co_await accept_from(*ends.listener);
        co_await receive_hello(before);
        co_await accept_nobody(*ends.listener);
        Pair afterwards = co_await connect_pair(*ends.listener);
        co_await say_hello(afterwards.client);
        co_await receive_hello(afterwards.server);
        co_await accept_nobody(*ends.listener);
    };
    for (int i = 0; i < 3; ++i) {
        CAPTURE(i);
        ends.connect();
        ends.say();
        run_elsewhere(*ends.moving, accept_two);
        ends.hear_end();
    }
    // While it waits on another thread.
    std::exception_ptr failure;
    std::thread accepting([&] {
        try {
            ends.moving->run(
                [](Ends& self) -> Task<void> { self.server = co_await accept_from(*self.listener); }(ends));
        } catch (...) {
            failure = std::current_exception();
        }
    });
    ends.connect();
    accepting.join();
    if (failure) std::rethrow_exception(failure);
    ends.part();
}

TEST_CASE("moves: operations that outlive a run end in a later one") {
    Ends ends;
    std::optional<TaskScope> scope;
    auto accept = [&]() -> Task<void> { ends.server = co_await accept_from(*ends.listener); };
    auto receive = [&]() -> Task<void> { co_await receive_hello(ends.server); };
    auto end = [&]() -> Task<void> {
        auto got = co_await ends.server.receive();
        CHECK(outcome(got) == Errc::operation_canceled);
    };
    // The lambda itself, which outlives its coroutine; a Side would be a copy that goes with the call.
    auto begin = [&](const auto& side) {
        run_elsewhere(*ends.moving, [&]() -> Task<void> {
            scope.emplace();
            scope->spawn(side());
            co_await turns(3);
        });
    };
    auto idle = []() -> Task<void> { co_await turns(3); };
    auto join = [&]() -> Task<void> {
        auto joined = co_await scope->join(limit());
        CHECK(outcome(joined) == Errc::ok);
    };
    ends.listen();
    begin(accept);
    run_elsewhere(*ends.moving, idle);
    ends.connect();
    run_elsewhere(*ends.moving, join);
    scope.reset();
    begin(receive);
    run_elsewhere(*ends.moving, idle);
    ends.say();
    run_elsewhere(*ends.moving, join);
    scope.reset();
    // And one that is asked to end by another thread than began it.
    begin(end);
    run_elsewhere(*ends.moving, [&]() -> Task<void> {
        scope->cancel();
        co_await join();
    });
    scope.reset();
    ends.part();
}

TEST_CASE("moves: a stream that is closed in the last step of a run is closed when run() returns") {
    bool elsewhere = false;
    SUBCASE("and the loop goes on here") {}
    SUBCASE("and the loop goes on and ends elsewhere") { elsewhere = true; }
    Ends ends;
    ends.meet();
    auto close = [&]() -> Task<void> {
        ends.server.close();
        co_return;
    };
    auto close_both = [&]() -> Task<void> {
        ends.server.close();
        ends.listener.reset();
        co_return;
    };
    auto meet_again = [&]() -> Task<void> {
        ends.server = co_await accept_from(*ends.listener);
        co_await receive_nothing(ends.server);
    };
    ends.moving->run(close());
    ends.hear_end();
    ends.connect();
    if (elsewhere) {
        run_elsewhere(*ends.moving, meet_again);
        run_elsewhere(*ends.moving, close_both);
    } else {
        ends.moving->run(meet_again());
        ends.moving->run(close_both());
    }
    ends.hear_end();
    auto refused = [&]() -> Task<void> {
        auto stream = co_await Stream::connect(ends.name, limit());
        CHECK(outcome(stream) == Errc::connection_refused);
    };
    ends.resting->run(refused());
    if (elsewhere) std::thread([&] { ends.moving.reset(); }).join();
}
