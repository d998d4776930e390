// Ports and accepting.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>

#include <array>
#include <optional>

namespace pier::behaviour {
namespace {

pier::Task<Verdict> listen_twice() {
    auto first = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!first) co_return failed("listening", first.error());
    auto second = pier::Listener::open(first->local());
    if (!second) co_return observed(second.error());
    co_return Verdict{};
}

// A server whose connection ended from its side, which leaves the port in TIME_WAIT.
pier::Task<pier::Result<pier::Endpoint>> serve_once() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return pier::fail(listener.error());
    auto client = co_await pier::Stream::connect(listener->local(), limit);
    if (!client) co_return pier::fail(client.error());
    auto server = co_await listener->accept(limit);
    if (!server) co_return pier::fail(server.error());
    if (auto finished = server->finish(); !finished) co_return pier::fail(finished.error());
    auto end = co_await client->receive(limit);
    if (!end) co_return pier::fail(end.error());
    if (auto finished = client->finish(); !finished) co_return pier::fail(finished.error());
    auto other_end = co_await server->receive(limit);
    if (!other_end) co_return pier::fail(other_end.error());
    co_return listener->local();
}

pier::Task<Verdict> listen_again(pier::Endpoint endpoint) {
    auto listener = pier::Listener::open(endpoint);
    if (!listener) co_return observed(listener.error());
    co_return Verdict{};
}

// The listener that served has just been closed, and so have both ends of its connection.
pier::Task<pier::Result<pier::Endpoint>> serve_and_listen_again() {
    auto served = co_await serve_once();
    if (!served) co_return served;
    auto again = pier::Listener::open(*served);
    if (!again) co_return pier::fail(again.error());
    if (again->local() != *served) co_return pier::fail(pier::Errc::unexpected);
    co_return served;
}

// The first server's loop has ended, and with it all that it had open.
Verdict restart_at_once(const pier::EngineInfo& engine) {
    std::optional<pier::Endpoint> endpoint;
    {
        auto loop = pier::Loop::create(engine);
        if (!loop) return failed("making a loop", loop.error());
        auto served = (*loop)->run(serve_and_listen_again());
        if (!served) return observed(served.error());
        endpoint = *served;
    }
    auto loop = pier::Loop::create(engine);
    if (!loop) return failed("making a loop", loop.error());
    return (*loop)->run(listen_again(*endpoint));
}

pier::Task<void> accept_one(pier::Listener& listener, pier::Event& begins, pier::Result<void>& result) {
    begins.set();
    auto stream = co_await listener.accept(limit);
    if (!stream) result = pier::fail(stream.error());
}

pier::Task<Verdict> close_cancels_accept() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return failed("listening", listener.error());
    pier::TaskScope scope;
    std::array<pier::Event, 3> begins;
    std::array<pier::Result<void>, 3> results;
    for (std::size_t i = 0; i < results.size(); ++i) scope.spawn(accept_one(*listener, begins[i], results[i]));
    for (pier::Event& each : begins) (void)co_await each.wait(limit);
    listener->close();
    if (listener->valid()) co_return Verdict{Outcome::differs, "it is still valid"};
    const bool ended = co_await join(scope);
    if (!ended) co_return Verdict{Outcome::hang};
    auto later = co_await listener->accept(limit);
    if (outcome_of(later) != Outcome::not_connected) co_return Verdict{outcome_of(later), "a later accept"};
    for (const pier::Result<void>& result : results) {
        if (!result && result.error() == pier::Errc::operation_canceled) continue;
        co_return Verdict{outcome_of(result)};
    }
    co_return Verdict{Outcome::canceled};
}

// A client that is gone before it is accepted: it is skipped, or comes as a stream that fails. Either way the next one
// is served.
pier::Task<Verdict> accept_survives_reset() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return failed("listening", listener.error());
    auto gone = co_await pier::Stream::connect(listener->local(), limit);
    if (!gone) co_return failed("connecting", gone.error());
    gone->abort();
    auto client = co_await pier::Stream::connect(listener->local(), limit);
    if (!client) co_return failed("connecting again", client.error());
    auto sent = co_await client->send_all(bytes("here"), limit);
    if (!sent) co_return failed("sending", sent.error());
    for (int accepts = 0; accepts < 2; ++accepts) {
        auto stream = co_await listener->accept(limit);
        if (!stream) co_return observed(stream.error());
        auto got = co_await stream->receive(limit);
        if (got && !got->empty()) co_return Verdict{};
    }
    co_return Verdict{Outcome::missing};
}

pier::Task<Verdict> ipv4_client_of_ipv6_listener() {
    Verdict verdict;
    for (bool dual_stack : {false, true}) {
        auto listener = pier::Listener::open(pier::Endpoint::any(pier::Family::ipv6), {.dual_stack = dual_stack});
        if (!listener) co_return Verdict{Outcome::no_ipv6, pier::describe(listener.error())};
        const pier::Endpoint by_ipv4 = pier::Endpoint::loopback(pier::Family::ipv4, listener->local().port());
        auto client = co_await pier::Stream::connect(by_ipv4, limit);
        if (dual_stack) {
            verdict.outcome += outcome_of(client);
        } else {
            verdict.outcome = outcome_of(client);
        }
    }
    co_return verdict;
}

}  // namespace

std::vector<Behaviour> listen_behaviours() {
    using enum Outcome;
    return {
        {.id = "reuseaddr-live-listener",
         .question = "How does a second listener on the port of a live one end?",
         .contract = {address_in_use},
         .steps = on_one_loop(listen_twice),
         .group = group::option,
         .steps_text = {"Listen on a free port.", "Listen on it once more."},
         .promise = "address_in_use: a live listener's port is never shared or taken over.",
         .sources = {"Microsoft: Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE", "joyent/libuv#1360"},
         .windows = {"Both with the option: works, and connections go to the first; the second alone is denied.",
                     "Wine's conformance test sock.c, test_reuseaddr; Microsoft: Using SO_REUSEADDR and "
                     "SO_EXCLUSIVEADDRUSE calls it "
                     "undefined"}},
        {.id = "reuseaddr-time-wait",
         .question = "Can a server listen again at once on the port of one that has just ended?",
         .contract = {works},
         .steps = restart_at_once,
         .group = group::option,
         .steps_text = {"Serve one connection and end it from the server's side, which leaves TIME_WAIT.",
                        "Listen on the same port again, in the same run and in another loop."},
         .promise = "A server restarts at once, without an option.",
         .sources = {"RFC 9293, 3.6.1", "man 7 socket: SO_REUSEADDR"},
         .windows = {"Works without an option.", "libuv: src/win/tcp.c"}},
        {.id = "listener-close-pending-accept",
         .question = "How do pending accepts end when their listener is closed?",
         .contract = {canceled},
         .steps = on_one_loop(close_cancels_accept),
         .group = group::cancel,
         .steps_text = {"Start three accepts.", "Close the listener; accept once more."},
         .promise = "A pending accept ends with operation_canceled.",
         .sources = {"axboe/liburing#568"},
         .windows = {"Canceled.", "Wine's conformance test sock.c, test_AcceptEx"}},
        {.id = "accept-peer-reset-in-queue",
         .question = "Is the next client served after one that was reset before it was accepted?",
         .contract = {works},
         .steps = on_one_loop(accept_survives_reset),
         .steps_text = {"A client connects and resets before it is accepted.", "Another client connects and sends.",
                        "Accept until the second one is served."},
         .promise = "An accept loop never ends because of one dead connection; a dead one is skipped, or comes as a "
                    "stream that fails.",
         .sources = {"python/cpython#93821", "capnproto/capnproto#2773"},
         .inherent = "Whether the dead connection is delivered is the system's matter.",
         .windows =
             {"Accept fails with a reset, or succeeds and the reset is read; AcceptEx says that the name is deleted.",
              "yhirose/cpp-httplib#2554, VerifyTests/DiffEngine#790, python/cpython#93821"}},
        {.id = "v6only-and-mapped",
         .question = "How does an IPv4 client of a listener on [::] fare, and when the listener asked for both?",
         .contract = {refused + works, no_ipv6},
         .steps = on_one_loop(ipv4_client_of_ipv6_listener),
         .group = group::option,
         .steps_text = {"Listen on [::]; connect to 127.0.0.1 and its port.", "The same with dual_stack."},
         .promise = "A listener on [::] takes IPv6 alone, unless it is dual_stack; so on every system.",
         .sources = {"RFC 3493, 5.3", "Microsoft: Dual-Stack Sockets for IPv6 Winsock Applications"},
         .windows = {"IPv6 alone by default.", "Wine's conformance test sock.c, test_ipv6only"}},
    };
}

}  // namespace pier::behaviour
