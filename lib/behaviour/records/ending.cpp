// The orderly end of a stream.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>

#include <array>

namespace pier::behaviour {
namespace {

pier::Task<Verdict> end_is_repeated() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    const bool passed = co_await passes(pair->there, pair->here, "end");
    if (!passed) co_return failed("sending three bytes");
    if (auto finished = pair->there.finish(); !finished) co_return failed("finishing", finished.error());
    for (int receives = 0; receives < 3; ++receives) {
        auto got = co_await pair->here.receive(limit);
        if (!got) co_return observed(got.error());
        if (!got->empty()) co_return Verdict{Outcome::too_much};
    }
    co_return Verdict{Outcome::end};
}

pier::Task<Verdict> ends_too_early() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto sent = co_await pair->there.send_all(bytes("half of it"), limit);
    if (!sent) co_return failed("sending", sent.error());
    if (auto finished = pair->there.finish(); !finished) co_return failed("finishing", finished.error());
    std::array<std::byte, 20> all;
    auto received = co_await pair->here.receive_exactly(all, limit);
    if (!received) co_return observed(received.error());
    co_return Verdict{};
}

pier::Task<Verdict> send_after_finish() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    if (auto finished = pair->here.finish(); !finished) co_return failed("finishing", finished.error());
    auto sent = co_await pair->here.send(bytes("more"), limit);
    if (!sent) co_return observed(sent.error());
    co_return Verdict{};
}

template <class End>
pier::Task<pier::Result<void>> end_and_finish(End& end) {
    auto got = co_await end.receive(limit);
    if (!got) co_return pier::fail(got.error());
    if (!got->empty()) co_return pier::fail(pier::Errc::unexpected);
    co_return end.finish();
}

// Both sides finish before either reads, and finish once more after the end.
pier::Task<Verdict> finish_is_idempotent() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    if (auto finished = pair->here.finish(); !finished) co_return observed(finished.error());
    if (auto finished = pair->there.finish(); !finished) co_return observed(finished.error());
    auto here = co_await end_and_finish(pair->here);
    if (!here) co_return observed(here.error());
    auto there = co_await end_and_finish(pair->there);
    co_return Verdict{outcome_of(there)};
}

// The system takes the first send and learns that it was in vain; the loop asks until it says so.
pier::Task<Verdict> send_to_closed_peer() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pair->there.close();
    const auto begun = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begun < std::chrono::seconds(5)) {
        auto sent = co_await pair->here.send(bytes("anybody there?"), limit);
        if (!sent) co_return lost_or(sent.error());
    }
    co_return Verdict{};
}

pier::Task<Verdict> peer_name_after_end() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto theirs = pair->there.local();
    if (!theirs) co_return failed("asking for the name", theirs.error());
    pair->there.close();
    auto got = co_await pair->here.receive(limit);
    if (!got) co_return failed("receiving the end", got.error());
    co_return Verdict{pair->here.peer() == *theirs ? Outcome::works : Outcome::missing};
}

}  // namespace

std::vector<Behaviour> ending_behaviours() {
    using enum Outcome;
    return {
        {.id = "eof-repeatable",
         .question = "What do receives report after the peer's last byte, again and again?",
         .contract = {end},
         .steps = on_one_loop(end_is_repeated),
         .steps_text = {"The peer sends three bytes and finishes.", "Receive them, then receive three times more."},
         .promise = "The end of the stream stays the end.",
         .sources = {"joyent/libuv#948", "nodejs/node#32487"}},
        {.id = "end-too-early",
         .question = "How does receive_exactly end when the peer ends half-way?",
         .contract = {end},
         .steps = on_one_loop(ends_too_early),
         .steps_text = {"The peer sends 10 bytes and finishes.", "receive_exactly 20 bytes."},
         .promise = "end_of_stream, where fewer bytes came than were asked for.",
         .sources = {"man 2 recv"}},
        {.id = "send-after-finish",
         .question = "How does a send end after this side's own finish()?",
         .contract = {broken_pipe},
         .steps = on_one_loop(send_after_finish),
         .group = group::half_close,
         .steps_text = {"Finish, then send."},
         .promise = "broken_pipe on every system, after this side's own finish().",
         .sources = {"man 2 send: EPIPE", "Microsoft: WSAESHUTDOWN"}},
        {.id = "shutdown-simultaneous",
         .question = "May both sides finish at once, and again after the end?",
         .contract = {works},
         .steps = on_one_loop(finish_is_idempotent),
         .group = group::half_close,
         .steps_text = {"Both sides finish before either reads.", "Both read to the end, and finish once more."},
         .promise = "finish() is idempotent, also when the connection is over in both directions.",
         .sources = {"libuv: test/test-shutdown-simultaneous.c", "man 2 shutdown: ENOTCONN"}},
        {.id = "send-after-peer-close",
         .question = "How do sends end once the peer has closed?",
         .contract = {lost},
         .steps = on_one_loop(send_to_closed_peer),
         .steps_text = {"The peer closes, having read everything.", "Send until a send fails."},
         .promise = "The connection is lost: broken_pipe or connection_reset; never a signal.",
         .sources = {"man 2 send", "cppalliance/corosio#319"},
         .inherent = "Which of the two a system tells depends on what arrived first."},
        {.id = "names-after-disconnect",
         .question = "Is the peer's address still known after it has closed?",
         .contract = {works},
         .steps = on_one_loop(peer_name_after_end),
         .group = group::reset,
         .steps_text = {"The peer closes.", "Read the end, then ask for the peer's address."},
         .promise = "The peer's address stays known for the stream's life.",
         .sources = {"man 2 getpeername: ENOTCONN"}},
    };
}

}  // namespace pier::behaviour
