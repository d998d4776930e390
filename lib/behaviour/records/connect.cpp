// How connecting ends.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/sys/socket.hpp>

#include <array>
#include <vector>

namespace pier::behaviour {
namespace {

// A port whose listener never accepts, as long as `owner` lives.
pier::Result<pier::Endpoint> take_listening_port(pier::spi::Accepted& owner) {
    auto endpoint = take_silent_port(owner);
    if (!endpoint) return endpoint;
    auto listening = pier::sys::listen(owner.socket(), {.backlog = 0});
    if (!listening) return pier::fail(listening.error());
    return endpoint;
}

pier::Task<Verdict> refused_by(pier::Endpoint nobody) {
    const auto begun = std::chrono::steady_clock::now();
    auto stream = co_await pier::Stream::connect(nobody, limit);
    const bool late = std::chrono::steady_clock::now() - begun > std::chrono::milliseconds(400);
    if (stream) co_return Verdict{};
    Verdict verdict = observed(stream.error());
    if (late) verdict.outcome += Outcome::late;
    co_return verdict;
}

pier::Task<Verdict> connect_refused() {
    Verdict verdict;
    for (pier::Family family : {pier::Family::ipv4, pier::Family::ipv6}) {
        pier::spi::Accepted socket;
        auto nobody = take_silent_port(socket, family);
        if (!nobody && family == pier::Family::ipv6) break;  // a system without it
        if (!nobody) co_return failed("taking a port", nobody.error());
        verdict = co_await refused_by(*nobody);
        if (verdict.outcome != Outcome::refused) break;
    }
    co_return verdict;
}

pier::Task<Verdict> connect_unspecified() {
    for (pier::Family family : {pier::Family::ipv4, pier::Family::ipv6}) {
        auto listener = pier::Listener::open(pier::Endpoint::loopback(family));
        if (!listener && family == pier::Family::ipv6) break;  // a system without it
        if (!listener) co_return failed("listening", listener.error());
        const pier::Endpoint at = listener->local();
        auto stream = co_await pier::Stream::connect(pier::Endpoint::any(family, at.port()), limit);
        if (!stream) co_return observed(stream.error());
        if (stream->peer() != at) co_return Verdict{Outcome::differs, "the peer's name"};
        auto accepted = co_await listener->accept(limit);
        if (!accepted) co_return failed("accepting", accepted.error());
        const bool passed = co_await passes(*stream, *accepted, "hello");
        if (!passed) co_return Verdict{Outcome::unusable};
    }
    co_return Verdict{};
}

pier::Task<Verdict> connect_port_zero() {
    Verdict verdict;
    for (const pier::Endpoint& nowhere :
         {pier::Endpoint::loopback(pier::Family::ipv4, 0), pier::Endpoint::loopback(pier::Family::ipv6, 0),
          pier::Endpoint().with_port(7)}) {
        auto stream = co_await pier::Stream::connect(nowhere, limit);
        if (stream) co_return Verdict{};
        verdict = observed(stream.error());
        if (verdict.outcome != Outcome::invalid_argument) break;
    }
    co_return verdict;
}

constexpr pier::Duration patience = std::chrono::milliseconds(150);
// More than any system makes of a backlog of 0.
constexpr std::size_t most_queued = 256;

// Connections to a listener that accepts none, until one is not made at once. `last` says how that one ended.
struct Queue {
    std::vector<pier::Stream> made;
    pier::Error last{};
    pier::Duration took{};
};

pier::Task<void> fill(Queue& queue, pier::Endpoint listener) {
    while (queue.made.size() < most_queued && queue.last.condition == pier::Errc::ok) {
        const auto begun = std::chrono::steady_clock::now();
        auto stream = co_await pier::Stream::connect(listener, pier::after(patience));
        queue.took = std::chrono::steady_clock::now() - begun;
        if (stream) {
            queue.made.push_back(std::move(*stream));
        } else {
            queue.last = stream.error();
        }
    }
}

Verdict end_of_last(const Queue& queue) {
    if (queue.last.condition == pier::Errc::ok) return {Outcome::no_pending_connect};
    if (queue.last == pier::Errc::timed_out && queue.took < patience) return {Outcome::early};
    return observed(queue.last);
}

pier::Task<Verdict> backlog_of_zero() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4), {.backlog = 0});
    if (!listener) co_return failed("listening", listener.error());
    Queue queue;
    co_await fill(queue, listener->local());
    co_return end_of_last(queue);
}

pier::Task<Verdict> connect_deadline() {
    pier::spi::Accepted socket;
    auto listener = take_listening_port(socket);
    if (!listener) co_return failed("listening", listener.error());
    Queue queue;
    co_await fill(queue, *listener);
    co_return end_of_last(queue);
}

pier::Task<void> connect(pier::Endpoint server, pier::Event& begins, pier::Result<void>& result) {
    begins.set();
    auto stream = co_await pier::Stream::connect(server, limit);
    if (!stream) result = pier::fail(stream.error());
}

pier::Task<Verdict> cancel_pending_connect() {
    pier::spi::Accepted socket;
    auto listener = take_listening_port(socket);
    if (!listener) co_return failed("listening", listener.error());
    Queue queue;
    co_await fill(queue, *listener);
    if (queue.last != pier::Errc::timed_out) co_return Verdict{Outcome::no_pending_connect, pier::describe(queue.last)};
    pier::TaskScope scope;
    pier::Event begins;
    pier::Result<void> result;
    scope.spawn(connect(*listener, begins, result));
    (void)co_await begins.wait(limit);
    scope.cancel();
    const bool ended = co_await join(scope);
    if (!ended) co_return Verdict{Outcome::hang};
    if (!result) co_return observed(result.error());
    co_return Verdict{};
}

// Whatever is asked of it, and first of all a receive.
pier::Task<Verdict> receive_unconnected() {
    pier::Stream never_connected;
    std::array<std::byte, 4> into{};
    auto chunk = co_await never_connected.receive(limit);
    auto some = co_await never_connected.receive(into, limit);
    auto exactly = co_await never_connected.receive_exactly(into, limit);
    auto sent = co_await never_connected.send(into, limit);
    auto sent_all = co_await never_connected.send_all(into, limit);
    for (Outcome end : {outcome_of(chunk), outcome_of(some), exactly ? Outcome::works : outcome_of(exactly.error()),
                        outcome_of(sent), outcome_of(sent_all), outcome_of(never_connected.finish()),
                        outcome_of(never_connected.local()), outcome_of(never_connected.get(pier::Option::no_delay)),
                        outcome_of(never_connected.set(pier::Option::no_delay, 1))}) {
        if (end != Outcome::not_connected) co_return Verdict{end};
    }
    if (never_connected.valid() || never_connected.peer() != pier::Endpoint()) co_return Verdict{Outcome::differs};
    never_connected.close();
    never_connected.abort();
    co_return Verdict{Outcome::not_connected};
}

}  // namespace

std::vector<Behaviour> connect_behaviours() {
    using enum Outcome;
    return {
        {.id = "connect-refused-delay",
         .question = "How does connecting end where nobody listens?",
         .contract = {refused},
         .steps = on_one_loop(connect_refused),
         .steps_text = {"Hold a port on which nobody listens.", "Connect to it, by IPv4 and by IPv6.",
                        "Note how it ends, and whether within 400 ms."},
         .promise = "Connecting to a loopback port without a listener is refused at once on every system.",
         .sources = {"libuv/libuv#2896", "curl/curl#14144", "Microsoft: SIO_TCP_INITIAL_RTO"},
         .windows = {"About 2 s, because a reset that answers a SYN is retried; at once with SIO_TCP_INITIAL_RTO.",
                     "libuv/libuv#2896, curl/curl#14144"}},
        {.id = "connect-silent-host-deadline",
         .question = "How does connecting end at its deadline of 150 ms when the listener's queue is full?",
         .contract = {timed_out, refused},
         .steps = on_one_loop(connect_deadline),
         .steps_text = {"Fill a listener's queue until a connect gets no answer.",
                        "Connect with a deadline of 150 ms."},
         .promise = "A connect ends with timed_out at its own deadline, however long the system would try.",
         .sources = {"SciQLop/speasy#344", "libuv/help#13"},
         .inherent = "A system that refuses what finds a full queue leaves nothing to wait for.",
         .windows = {"The system itself gives up after 21 s.", "SciQLop/speasy#344"}},
        {.id = "backlog-overflow",
         .question = "Does a connect to a listener with a backlog of 0 have to wait in the end? (A backlog is a hint.)",
         .contract = {timed_out, refused, no_pending_connect},
         .steps = on_one_loop(backlog_of_zero),
         .steps_text = {"Listen with a backlog of 0.",
                        "Connect until a connect is not made at once, and note how that one ends."},
         .promise = "Nothing: a backlog is a hint.",
         .sources = {"man 2 listen", "Microsoft KB Q113576"},
         .inherent = "Linux lets what finds a full queue wait, Windows refuses it, and each counts in its own way.",
         .windows = {"Refused: overflow is answered with a reset, and the smallest backlogs are raised.",
                     "Microsoft: KB Q113576"}},
        {.id = "close-pending-connect",
         .question = "How does a pending connect end when its scope is cancelled?",
         .contract = {canceled, no_pending_connect},
         .steps = on_one_loop(cancel_pending_connect),
         .group = group::cancel,
         .steps_text = {"Fill a listener's queue until a connect stays undecided.",
                        "Cancel the scope of one that is pending."},
         .promise = "A pending connect that is cancelled ends with operation_canceled.",
         .sources = {"libuv/libuv#1783", "chriskohlhoff/asio#539"},
         .inherent = "Where a full queue refuses, no connect stays pending.",
         .windows = {"Canceled, or name deleted (64) at a close.", "libuv/libuv#1783"}},
        {.id = "connect-to-unspecified",
         .question = "Does connecting to 0.0.0.0 reach the loopback address?",
         .contract = {works},
         .steps = on_one_loop(connect_unspecified),
         .steps_text = {"Listen on 127.0.0.1.", "Connect to 0.0.0.0 and that port; pass bytes.",
                        "The same with [::1] and [::]."},
         .promise = "An unspecified address means the loopback one.",
         .sources = {"libuv: docs/src/tcp.rst", "Microsoft: connect, WSAEADDRNOTAVAIL"},
         .windows = {"Not available.", "Microsoft: Windows Sockets Error Codes; libuv: test-udp-connect.c"}},
        {.id = "connect-port-zero",
         .question = "How does connecting to port 0 end?",
         .contract = {invalid_argument},
         .steps = on_one_loop(connect_port_zero),
         .steps_text = {"Connect to 127.0.0.1 and to [::1], port 0, and to an endpoint without an address."},
         .promise = "Port 0 is invalid_argument, before the system is asked.",
         .sources = {"RFC 6335, 6"},
         .windows = {"Not available.", "Microsoft: Windows Sockets Error Codes"}},
        {.id = "receive-unconnected",
         .question = "How does a receive end on a stream that was never connected?",
         .contract = {not_connected},
         .steps = on_one_loop(receive_unconnected),
         .steps_text = {"Receive on a stream that was never connected.", "Ask everything else of it."},
         .promise = "not_connected, without a system call.",
         .sources = {"man 7 tcp"}},
    };
}

}  // namespace pier::behaviour
