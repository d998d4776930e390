// What a stream is at its beginning, and what was in a listener's queue.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/datagram.hpp>

#include <algorithm>
#include <array>
#include <cstdint>

namespace pier::behaviour {
namespace {

pier::Task<Verdict> connect_is_decided() {
    auto pair = co_await connect_pair();
    if (!pair) co_return observed(pair.error());
    const bool passed = co_await passes(pair->here, pair->there, "at once");
    co_return Verdict{passed ? Outcome::works : Outcome::unusable};
}

pier::Task<Verdict> accepted_does_not_block() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto got = co_await pair->there.receive(window);
    if (!got) co_return observed(got.error());
    co_return Verdict{};
}

enum class Receive : std::uint8_t { pending, later };

pier::Task<Verdict> listener_closes_with_queue(Receive when) {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return failed("listening", listener.error());
    auto client = co_await pier::Stream::connect(listener->local(), limit);
    if (!client) co_return failed("connecting", client.error());
    auto sent = co_await client->send_all(bytes("abc"), limit);
    if (!sent) co_return failed("sending", sent.error());
    if (when == Receive::pending) {
        WhileWaiting then([&] { listener->close(); });
        auto got = co_await client->receive(limit);
        if (!got) co_return observed(got.error());
        co_return Verdict{got->empty() ? Outcome::end : Outcome::data};
    }
    listener->close();
    const bool arrived = co_await reset_has_arrived();
    if (!arrived) co_return failed("using another connection");
    auto got = co_await client->receive(limit);
    if (!got) co_return observed(got.error());
    co_return Verdict{got->empty() ? Outcome::end : Outcome::data};
}

pier::Task<Verdict> listener_closes_with_queue() {
    Verdict pending = co_await listener_closes_with_queue(Receive::pending);
    if (pending.outcome != Outcome::reset) co_return pending;
    co_return co_await listener_closes_with_queue(Receive::later);
}

pier::Task<Verdict> misused() {
    std::array<std::byte, 8> into;
    const pier::Listener listener;
    auto accepted = co_await listener.accept(limit);
    Outcomes seen = outcome_of(accepted);
    const pier::Stream stream;
    auto sent = co_await stream.send(bytes("nobody"), limit);
    seen += outcome_of(sent);
    seen += outcome_of(stream.local());
    const pier::Datagram datagram;
    auto received = co_await datagram.receive(into, limit);
    co_return Verdict{seen + outcome_of(received)};
}

pier::Task<Verdict> names_and_end_at_once() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto here = pair->here.local();
    auto there = pair->there.local();
    if (!here) co_return observed(here.error());
    if (!there) co_return observed(there.error());
    if (pair->here.peer() != *there || pair->there.peer() != *here) co_return Verdict{Outcome::differs};
    if (auto finished = pair->here.finish(); !finished) co_return observed(finished.error());
    if (auto finished = pair->there.finish(); !finished) co_return observed(finished.error());
    co_return Verdict{};
}

pier::Task<Verdict> closed_in_queue() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return failed("listening", listener.error());
    auto client = co_await pier::Stream::connect(listener->local(), limit);
    if (!client) co_return failed("connecting", client.error());
    auto sent = co_await client->send_all(bytes("hello"), limit);
    if (!sent) co_return failed("sending", sent.error());
    client->close();
    auto stream = co_await listener->accept(limit);
    if (!stream) co_return observed(stream.error());
    if (!stream->peer().is_loopback()) co_return Verdict{Outcome::differs, "the client's name"};
    std::array<std::byte, 5> into;
    auto received = co_await stream->receive_exactly(into, limit);
    if (!received) co_return observed(received.error());
    if (!std::ranges::equal(into, bytes("hello"))) co_return Verdict{Outcome::corrupt};
    auto got = co_await stream->receive(limit);
    if (!got) co_return Verdict{Outcome::data + outcome_of(got.error())};
    co_return Verdict{Outcome::data + (got->empty() ? Outcome::end : Outcome::too_much)};
}

}  // namespace

std::vector<Behaviour> accept_behaviours() {
    using enum Outcome;
    return {
        {.id = "connect-nb-start-code",
         .question = "Is a connection fit for use as soon as connecting has ended?",
         .contract = {works},
         .steps = on_one_loop(connect_is_decided),
         .steps_text = {"Connect to a live listener and accept.", "Pass bytes."},
         .promise = "\"In progress\" is never reported: a connect is pending, or has ended.",
         .sources = {"man 2 connect: EINPROGRESS", "Microsoft: connect, WSAEWOULDBLOCK", "ofiwg/libfabric#6579"},
         .windows = {"Would-block, never in-progress; a repeated call says connected.", "ofiwg/libfabric#6579"}},
        {.id = "accept-inherits-nonblocking",
         .question = "How does a receive with a deadline of 100 ms end on an accepted stream that gets nothing?",
         .contract = {timed_out},
         .steps = on_one_loop(accepted_does_not_block),
         .steps_text = {"Accept.", "Receive with a deadline."},
         .promise = "Accepted streams are like all others, whatever the listener's mode was.",
         .sources = {"man 2 accept", "Microsoft: accept"},
         .windows = {"Inherited, and so is the association with an event.", "Microsoft: accept"}},
        {.id = "listener-close-drops-queue",
         .question = "What does a client see whose connection waits in the queue of a listener that closes?",
         .contract = {reset},
         .steps = on_one_loop(listener_closes_with_queue),
         .steps_text = {"A client connects and sends three bytes.", "The listener closes without accepting.",
                        "The client receives, begun before that; the same again, begun afterwards."},
         .promise = "A reset: connections that nobody accepted are not ended in order.",
         .sources = {"RFC 9293, 3.10.4"},
         .windows = {"A reset.", "not documented"}},
        {.id = "unbound-and-misused-sockets",
         .question = "How do accept, send, local() and a datagram's receive end where nothing was opened?",
         .contract = {not_connected + not_connected + not_connected + not_connected},
         .steps = on_one_loop(misused),
         .steps_text = {"Accept on a listener that was never opened.", "Send on such a stream, ask for its name.",
                        "Receive on such a datagram socket."},
         .promise = "not_connected, without a system call.",
         .sources = {"man 2 getsockname", "Microsoft: getsockname, WSAEINVAL"},
         .windows = {"Listening unbound, the name of an unbound socket and connecting a listener are invalid.",
                     "Wine's conformance test sock.c, test_listen, test_getsockname, test_connect"}},
        {.id = "extension-context-update",
         .question = "Do names and finish() work right after accept and connect?",
         .contract = {works},
         .steps = on_one_loop(names_and_end_at_once),
         .steps_text = {"Connect and accept.", "Compare the names at both ends, then finish both."},
         .promise = "A new stream is complete: what AcceptEx and ConnectEx leave undone is done.",
         .sources = {"Microsoft: AcceptEx, SO_UPDATE_ACCEPT_CONTEXT", "cppalliance/corosio#160"},
         .windows = {"Names and shutdown are unconnected before the update.", "cppalliance/corosio#160"}},
        {.id = "accept-peer-closed-in-queue",
         .question = "What comes from a client that sent and closed before it was accepted?",
         .contract = {data + end},
         .steps = on_one_loop(closed_in_queue),
         .steps_text = {"A client connects, sends five bytes and closes.", "Accept, and read to the end."},
         .promise = "Its bytes, then the end.",
         .sources = {"RFC 9293, 3.6"},
         .windows = {"The bytes, then the end.", "not documented"}},
    };
}

}  // namespace pier::behaviour
