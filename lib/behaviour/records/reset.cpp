// The disorderly end of a stream.
#include "scenarios.hpp"

#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>

#include <array>
#include <cstdint>

namespace pier::behaviour {
namespace {

Verdict received(const pier::Result<pier::Chunk>& got) {
    if (!got) return observed(got.error());
    return {got->empty() ? Outcome::end : Outcome::too_much};
}

pier::Task<Verdict> reset_pending_receive() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    WhileWaiting then([&] { pair->there.abort(); });
    auto got = co_await pair->here.receive(limit);
    co_return received(got);
}

pier::Task<Verdict> reset_before_receive() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pair->there.abort();
    const bool arrived = co_await reset_has_arrived();
    if (!arrived) co_return failed("using another connection");
    auto got = co_await pair->here.receive(limit);
    if (got || got.error() != pier::Errc::connection_reset) co_return received(got);
    auto again = co_await pair->here.receive(limit);
    co_return received(again);
}

// Every way to receive and to send.
pier::Task<Verdict> after_the_reset(pier::Stream& stream) {
    std::array<std::byte, 8> into{};
    auto chunk = co_await stream.receive(limit);
    if (chunk) co_return received(chunk);
    auto some = co_await stream.receive(into, limit);
    auto exactly = co_await stream.receive_exactly(into, limit);
    auto sent = co_await stream.send(into, limit);
    auto sent_all = co_await stream.send_all(into, limit);
    for (Outcome end : {outcome_of(chunk), outcome_of(some), exactly ? Outcome::works : outcome_of(exactly.error()),
                        outcome_of(sent), outcome_of(sent_all)}) {
        if (end != Outcome::reset) co_return Verdict{end, "after the reset"};
    }
    co_return Verdict{Outcome::reset};
}

pier::Task<Verdict> reset_is_repeated() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    const pier::Endpoint peer = pair->here.peer();
    WhileWaiting then([&] { pair->there.abort(); });
    auto first = co_await pair->here.receive(limit);
    if (first) co_return received(first);
    if (first.error() != pier::Errc::connection_reset) co_return observed(first.error());
    for (int times = 0; times < 3; ++times) {
        Verdict later = co_await after_the_reset(pair->here);
        if (later.outcome != Outcome::reset) co_return later;
    }
    if (pair->here.peer() != peer || peer.port() == 0) co_return Verdict{Outcome::missing, "the peer's name"};
    // Nothing is left to end.
    if (auto finished = pair->here.finish(); !finished) co_return observed(finished.error());
    co_return observed(first.error());
}

// Closing with input that nobody read, while this side receives, or before it does.
enum class Receive : std::uint8_t { pending, later };

pier::Task<Verdict> unread_close_resets(Receive when) {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto sent = co_await pair->here.send_all(bytes("unread"), limit);
    if (!sent) co_return failed("sending", sent.error());
    std::array<std::byte, 1> first;
    auto begun = co_await pair->there.receive_exactly(first, limit);
    if (!begun) co_return failed("receiving the first byte", begun.error());
    if (when == Receive::pending) {
        WhileWaiting then([&] { pair->there.close(); });
        auto got = co_await pair->here.receive(limit);
        co_return received(got);
    }
    pair->there.close();
    const bool arrived = co_await reset_has_arrived();
    if (!arrived) co_return failed("using another connection");
    auto got = co_await pair->here.receive(limit);
    co_return received(got);
}

pier::Task<Verdict> unread_close_resets() {
    Verdict pending = co_await unread_close_resets(Receive::pending);
    if (pending.outcome != Outcome::reset) co_return pending;
    co_return co_await unread_close_resets(Receive::later);
}

// Bytes that had arrived, but were not read, when the reset came.
pier::Task<Verdict> data_before_reset() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto sent = co_await pair->there.send_all(bytes("read, unread"), limit);
    if (!sent) co_return failed("sending", sent.error());
    std::array<std::byte, 6> read;
    auto begun = co_await pair->here.receive_exactly(read, limit);
    if (!begun) co_return failed("receiving the first bytes", begun.error());
    pair->there.abort();
    const bool arrived = co_await reset_has_arrived();
    if (!arrived) co_return failed("using another connection");
    std::array<std::byte, 6> unread;
    auto rest = co_await pair->here.receive_exactly(unread, limit);
    const bool was_lost = !rest && rest.error() == pier::Errc::connection_reset;
    if (!rest && !was_lost) co_return observed(rest.error());
    auto got = co_await pair->here.receive(limit);
    if (!got && got.error() == pier::Errc::connection_reset) {
        auto again = co_await pair->here.receive(unread, limit);
        if (again || again.error() != got.error()) co_return Verdict{Outcome::differs, "the second time"};
        co_return Verdict{was_lost ? Outcomes(Outcome::data_lost) : Outcome::data + Outcome::reset};
    }
    if (was_lost) co_return Verdict{Outcome::differs, "after the reset"};
    if (got && got->empty()) co_return Verdict{Outcome::data + Outcome::end};
    co_return received(got);
}

// The end was read before the reset came.
pier::Task<Verdict> reset_after_the_end() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    if (auto finished = pair->there.finish(); !finished) co_return failed("finishing", finished.error());
    auto first = co_await pair->here.receive(limit);
    if (!first || !first->empty()) co_return received(first);
    pair->there.abort();
    const bool arrived = co_await reset_has_arrived();
    if (!arrived) co_return failed("using another connection");
    auto second = co_await pair->here.receive(limit);
    const Outcomes seen = received(second).outcome;
    for (int sends = 0; sends < 1000; ++sends) {
        auto sent = co_await pair->here.send(bytes("in vain"), limit);
        if (sent) continue;
        const bool lost = lost_or(sent.error()).outcome == Outcome::lost;
        co_return Verdict{seen + (lost ? Outcome::lost : outcome_of(sent.error()))};
    }
    co_return Verdict{seen + Outcome::works};
}

}  // namespace

std::vector<Behaviour> reset_behaviours() {
    using enum Outcome;
    return {
        {.id = "reset-pending-read",
         .question = "How does a pending receive end when the peer resets?",
         .contract = {reset},
         .steps = on_one_loop(reset_pending_receive),
         .steps_text = {"Start a receive.", "The peer resets."},
         .promise = "connection_reset.",
         .sources = {"cppalliance/corosio#98", "Microsoft: ERROR_NETNAME_DELETED"},
         .windows = {"Name deleted (64), which means reset here and is also what a close of one's own leads to.",
                     "Wine's conformance test sock.c, test_tcp_reset; cppalliance/corosio#98, #319"}},
        {.id = "reset-idle-peer",
         .question = "How does a receive end that begins after the peer's reset?",
         .contract = {reset},
         .steps = on_one_loop(reset_before_receive),
         .steps_text = {"The peer resets.", "When that has arrived, receive, twice."},
         .promise = "connection_reset, also where the receive begins afterwards.",
         .sources = {"RFC 9293, 3.5.3"},
         .windows = {"A reset, every time.", "Wine's conformance test sock.c, test_tcp_reset"}},
        {.id = "reset-repeatable",
         .question = "What do a further receive and a send report after a reset?",
         .contract = {reset},
         .steps = on_one_loop(reset_is_repeated),
         .steps_text = {"The peer resets a pending receive.", "Receive and send again in every way, three times.",
                        "Ask for the peer's address, and finish."},
         .promise = "A reset stays a reset, for receives and for sends.",
         .sources = {"RFC 9293, 3.5.3"}},
        {.id = "close-with-unread-sends-reset",
         .question = "What does this side see when the peer closes with input unread?",
         .contract = {reset},
         .steps = on_one_loop(unread_close_resets),
         .group = group::stream,
         .steps_text = {"Send six bytes; the peer reads one and closes.",
                        "Receive, begun before that; the same again, begun afterwards."},
         .promise = "Closing with input unread makes a reset: to end well, finish, read to the end, then close.",
         .sources = {"RFC 2525, 2.17"},
         .windows = {"A reset.", "RFC 1122, 4.2.2.13; of Windows not documented"}},
        {.id = "data-before-reset",
         .question = "Can bytes still be read that had arrived before the reset?",
         .contract = {data + reset, data_lost},
         .steps = on_one_loop(data_before_reset),
         .steps_text = {"The peer sends 12 bytes, 6 are read, and the peer resets.",
                        "Receive the other 6, and what follows."},
         .promise = "None: a reset may destroy what was delivered and not yet read.",
         .sources = {"dotnet/runtime#57186", "curl/curl#657"},
         .inherent = "Linux keeps bytes that arrived before the reset, Windows discards them.",
         .windows = {"What was received and not read is discarded: the receive fails with the reset at once.",
                     "dotnet/runtime#57186, curl/curl#657"}},
        {.id = "reset-after-fin",
         .question = "What do a receive and a send report when a reset follows the end?",
         .contract = {end + lost},
         .steps = on_one_loop(reset_after_the_end),
         .steps_text = {"The peer finishes; read the end.", "The peer resets.", "Receive, then send."},
         .promise = "The end stays the end; the send tells that the connection is lost.",
         .sources = {"libuv/libuv#3449", "RFC 9293, 3.5.3"},
         .windows = {"A reset.", "not documented"}},
        {.id = "reset-with-so-error-read",
         .question = "Who sees a reset once SO_ERROR has been read?",
         .contract = {},
         .steps = on_one_loop(pending_error_is_taken),
         .steps_text = {"The peer resets.", "Read SO_ERROR twice, then receive."},
         .promise = "Nothing: option::error takes the error, and a receive afterwards may see the end instead.",
         .sources = {"man 7 socket: SO_ERROR"},
         .inherent = "On Linux whoever reads SO_ERROR takes the error away.",
         .windows = {"SO_ERROR says nothing, and the receive says the reset.",
                     "Wine's conformance test sock.c, test_tcp_reset"}},
    };
}

}  // namespace pier::behaviour
