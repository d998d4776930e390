// Bytes to another thread and back.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/exchange.hpp>
#include <pier/behaviour/steps.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <string_view>

namespace pier::behaviour {
namespace {

std::function<Verdict(const pier::EngineInfo&)> echo_of(std::size_t size, pier::Family family = pier::Family::ipv4) {
    return with_peer(
        echo, [size](pier::Stream stream) { return exchange(std::move(stream), size); }, family);
}

// Both ends on one loop, so that all that its engine does is one story, in one order.

pier::Task<void> echo_one(pier::Listener& listener) {
    auto client = co_await listener.accept(limit);
    if (client) co_await echo(std::move(*client));
}

pier::Task<Verdict> talk(const pier::Stream& stream, pier::TaskScope& serving) {
    constexpr std::string_view said = "hello";
    std::array<std::byte, said.size()> heard;
    auto sent = co_await stream.send_all(bytes(said), limit);
    if (!sent) co_return failed("sending", sent.error());
    auto received = co_await stream.receive_exactly(heard, limit);
    if (!received) co_return observed(received.error());
    if (!std::ranges::equal(heard, bytes(said))) co_return Verdict{Outcome::corrupt};
    auto finished = stream.finish();
    if (!finished) co_return failed("finishing", finished.error());
    auto rest = co_await stream.receive(limit);
    if (!rest) co_return observed(rest.error());
    const bool served = co_await join(serving);
    if (!served) co_return failed("waiting for the server");
    co_return Verdict{rest->empty() ? Outcome::works : Outcome::too_much};
}

// On an engine that blocks both ends take turns: each waits only for what is there already.
pier::Task<Verdict> echo_in_turns() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    const bool there = co_await passes(pair->here, pair->there, "hello");
    const bool back = co_await passes(pair->there, pair->here, "hello");
    co_return Verdict{there && back ? Outcome::works : Outcome::corrupt};
}

pier::Task<Verdict> echo_on_one_loop() {
    if (pier::this_loop().traits().one_at_a_time) co_return co_await echo_in_turns();
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return failed("listening", listener.error());
    pier::TaskScope serving;
    serving.spawn(echo_one(*listener));
    auto stream = co_await pier::Stream::connect(listener->local(), limit);
    Verdict verdict;
    if (stream) {
        verdict = co_await talk(*stream, serving);
    } else {
        verdict = failed("connecting", stream.error());
    }
    serving.cancel();
    (void)co_await serving.join();
    co_return verdict;
}

// Half-close: a client that has said everything still hears.

constexpr std::size_t answer_size = 1 << 20;

pier::Task<void> answer_after_the_end(pier::Stream client) {
    for (;;) {
        auto got = co_await client.receive(limit);
        if (!got) co_return;
        if (got->empty()) break;
    }
    const std::vector<std::byte> answer = pattern(answer_size);
    auto sent = co_await client.send_all(answer, limit);
    if (sent) (void)client.finish();
}

pier::Task<Verdict> finish_then_receive(pier::Stream stream) {
    auto sent = co_await stream.send_all(bytes("question"), limit);
    if (!sent) co_return failed("sending", sent.error());
    auto finished = stream.finish();
    if (!finished) co_return failed("finishing", finished.error());
    std::vector<std::byte> answer(answer_size);
    auto received = co_await stream.receive_exactly(answer, limit);
    if (!received) co_return observed(received.error());
    if (answer != pattern(answer_size)) co_return Verdict{Outcome::corrupt};
    auto rest = co_await stream.receive(limit);
    if (!rest) co_return observed(rest.error());
    co_return Verdict{rest->empty() ? Outcome::works : Outcome::too_much};
}

// Many connections, all open before the first byte.

constexpr std::size_t many = 200;

struct Client {
    pier::Stream stream;
    Verdict verdict{};
};

pier::Task<void> open(pier::Endpoint server, Client& client) {
    auto stream = co_await pier::Stream::connect(server, limit);
    if (stream) {
        client.stream = std::move(*stream);
    } else {
        client.verdict = failed("connecting", stream.error());
    }
}

pier::Task<void> talk(Client& client) { client.verdict = co_await exchange(std::move(client.stream), 1000); }

pier::Task<Verdict> talk_over_many(pier::Endpoint server) {
    std::deque<Client> clients(many);
    const bool blocking = pier::this_loop().traits().one_at_a_time;
    pier::TaskScope opening;
    for (Client& client : clients) {
        if (blocking) {
            co_await open(server, client);
        } else {
            opening.spawn(open(server, client));
        }
    }
    (void)co_await join(opening);
    auto is_bad = [](const Client& client) { return client.verdict.outcome != Outcome::works; };
    if (auto bad = std::ranges::find_if(clients, is_bad); bad != clients.end()) co_return bad->verdict;
    pier::TaskScope talking;
    for (Client& client : clients) {
        if (blocking) {
            co_await talk(client);
        } else {
            talking.spawn(talk(client));
        }
    }
    (void)co_await join(talking);
    if (auto bad = std::ranges::find_if(clients, is_bad); bad != clients.end()) co_return bad->verdict;
    co_return Verdict{};
}

pier::Task<void> serve_all(pier::Listener& listener) {
    pier::TaskScope connections;
    for (;;) {
        auto client = co_await listener.accept();
        if (!client) break;
        connections.spawn(echo(std::move(*client)));
    }
    // The stop has cancelled this task, so the join cancels the connections.
    (void)co_await connections.join();
}

pier::Task<Verdict> many_on_this_loop() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return failed("listening", listener.error());
    pier::TaskScope serving;
    serving.spawn(serve_all(*listener));
    Verdict verdict = co_await talk_over_many(listener->local());
    serving.cancel();
    (void)co_await serving.join();
    co_return verdict;
}

Verdict connections_at_once(const pier::EngineInfo& engine) {
    auto loop = pier::Loop::create(engine);
    if (!loop) return failed("making a loop", loop.error());
    // On an engine that blocks neither side would have its turn while the other waits.
    arrangement.ends_asked = !(*loop)->traits().one_at_a_time;
    if (arrangement.ends == Ends::other) return (*loop)->run(many_on_this_loop());
    Peer peer(engine, pier::Family::ipv4, echo);
    if (!peer.endpoint()) return failed("listening", peer.endpoint().error());
    return (*loop)->run(talk_over_many(*peer.endpoint()));
}

}  // namespace

std::vector<Behaviour> echo_behaviours() {
    using enum Outcome;
    return {
        {.id = "echo",
         .question = "Do five bytes come back where both ends are on one loop?",
         .contract = {works},
         .steps = on_one_loop(echo_on_one_loop),
         .steps_text = {"Connect two ends on one loop; on engines that block, one after the other.",
                        "Send five bytes and receive their echo, then end."},
         .promise = "One loop serves both ends of a connection.",
         .sources = {"RFC 9293, 3.10"}},
        {.id = "echo-1B",
         .question = "Does one byte come back?",
         .contract = {works},
         .steps = echo_of(1),
         .steps_text = {"Connect to an echo server on another thread.",
                        "Send one byte and receive its echo, then end."},
         .promise = "Every byte comes back, in order.",
         .sources = {"RFC 9293, 3.10"}},
        {.id = "echo-64KiB",
         .question = "Do 64 KiB come back, every byte?",
         .contract = {works},
         .steps = echo_of(64 << 10),
         .steps_text = {"Connect to an echo server on another thread.", "Send 64 KiB and receive the echo meanwhile."},
         .promise = "Every byte comes back, in order.",
         .sources = {"RFC 9293, 3.10"}},
        {.id = "echo-8MiB",
         .question = "Do 8 MiB come back, more than all buffers hold?",
         .contract = {works},
         .steps = echo_of(8 << 20),
         .steps_text = {"Connect to an echo server on another thread.",
                        "Send 8 MiB, more than all buffers hold, and receive the echo meanwhile."},
         .promise = "Sends and receives of one stream go on together.",
         .sources = {"RFC 9293, 3.10"}},
        {.id = "ipv6-echo",
         .question = "Do 64 KiB come back over IPv6?",
         .contract = {works, no_ipv6},
         .steps = echo_of(64 << 10, pier::Family::ipv6),
         .steps_text = {"The same over [::1], 64 KiB."},
         .promise = "IPv6 behaves like IPv4.",
         .sources = {"RFC 8200"},
         .inherent = "A system without IPv6 has none to show."},
        {.id = "connections-200",
         .question = "Do 200 connections, all open at once, get their own bytes back?",
         .contract = {works},
         .steps = connections_at_once,
         .steps_text = {"Open 200 connections.", "Exchange 1000 bytes on each, all at once."},
         .promise = "The number of connections changes nothing.",
         .sources = {"man 2 select: FD_SETSIZE", "Microsoft: WSAWaitForMultipleEvents, 64 events"}},
        {.id = "half-close-data-to-come",
         .question = "Does 1 MiB that the peer sends after this side's finish() arrive, and then the end?",
         .contract = {works},
         .steps = with_peer(answer_after_the_end, finish_then_receive),
         .group = group::half_close,
         .steps_text = {"Send a question and finish.", "The peer sends 1 MiB after it has read the end.",
                        "Receive all of it, then the end."},
         .promise = "finish() ends one direction only.",
         .sources = {"RFC 9293, 3.6"}},
    };
}

}  // namespace pier::behaviour
