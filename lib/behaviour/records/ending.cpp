// The orderly end of a stream.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>

#include <algorithm>
#include <array>
#include <string_view>

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
        std::array<std::byte, 8> into{};
        auto count = co_await pair->here.receive(into, limit);
        if (!count) co_return observed(count.error());
        if (*count != 0) co_return Verdict{Outcome::too_much};
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
    if (received) co_return Verdict{};
    auto again = co_await pair->here.receive_exactly(all, limit);
    if (again || again.error() != received.error()) co_return Verdict{Outcome::differs, "the second time"};
    auto end = co_await pair->here.receive(limit);
    if (!end || !end->empty()) co_return Verdict{Outcome::missing, "the end"};
    co_return observed(received.error());
}

pier::Task<Verdict> send_after_finish() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    if (auto finished = pair->here.finish(); !finished) co_return failed("finishing", finished.error());
    auto sent = co_await pair->here.send(bytes("more"), limit);
    if (sent) co_return Verdict{};
    auto sent_all = co_await pair->here.send_all(bytes("more"), limit);
    if (sent_all || sent_all.error() != sent.error()) co_return Verdict{Outcome::differs, "send_all"};
    co_return observed(sent.error());
}

template <class End>
pier::Task<pier::Result<void>> end_and_finish(End& end, std::string_view expected) {
    std::array<std::byte, 3> text{};
    auto all = co_await end.receive_exactly(text, limit);
    if (!all) co_return pier::fail(static_cast<const pier::Error&>(all.error()));
    if (!std::ranges::equal(text, bytes(expected))) co_return pier::fail(pier::Errc::unexpected);
    auto got = co_await end.receive(limit);
    if (!got) co_return pier::fail(got.error());
    if (!got->empty()) co_return pier::fail(pier::Errc::unexpected);
    co_return end.finish();
}

// Both sides finish before either reads, and finish once more after the end.
pier::Task<Verdict> finish_is_idempotent() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto said_here = co_await pair->here.send_all(bytes("abc"), limit);
    if (!said_here) co_return failed("sending", said_here.error());
    auto said_there = co_await pair->there.send_all(bytes("def"), limit);
    if (!said_there) co_return failed("sending", said_there.error());
    if (auto finished = pair->here.finish(); !finished) co_return observed(finished.error());
    if (auto finished = pair->there.finish(); !finished) co_return observed(finished.error());
    auto here = co_await end_and_finish(pair->here, "def");
    if (!here) co_return observed(here.error());
    auto there = co_await end_and_finish(pair->there, "abc");
    co_return Verdict{outcome_of(there)};
}

// The system takes the first send and learns that it was in vain; the loop asks until it says so.
pier::Task<Verdict> sends_fail(pier::Stream& stream) {
    const auto begun = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begun < std::chrono::seconds(5)) {
        auto sent = co_await stream.send(bytes("anybody there?"), limit);
        if (!sent) co_return observed(sent.error());
    }
    co_return Verdict{};
}

bool is_lost(const Outcomes& outcome) {
    return outcome == Outcome::broken_pipe || outcome == Outcome::reset || outcome == Outcome::aborted;
}

// Then a send tells the same again, and a receive the end.
pier::Task<Verdict> send_after_the_end() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pair->there.close();
    auto end = co_await pair->here.receive(limit);
    if (!end) co_return observed(end.error());
    if (!end->empty()) co_return Verdict{Outcome::too_much};
    Verdict verdict = co_await sends_fail(pair->here);
    if (verdict.outcome != Outcome::broken_pipe && verdict.outcome != Outcome::reset) co_return verdict;
    auto again = co_await pair->here.send(bytes("anybody there?"), limit);
    if (outcome_of(again) != verdict.outcome) co_return Verdict{Outcome::differs, "the second time"};
    end = co_await pair->here.receive(limit);
    if (!end || !end->empty()) co_return Verdict{Outcome::missing, "the end"};
    if (auto finished = pair->here.finish(); !finished) co_return observed(finished.error());
    co_return Verdict{Outcome::lost};
}

pier::Task<Verdict> send_to_closed_peer() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pair->there.close();
    Verdict verdict = co_await sends_fail(pair->here);
    if (!is_lost(verdict.outcome)) co_return verdict;
    co_return co_await send_after_the_end();
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
         .steps_text = {"The peer sends three bytes and finishes.",
                        "Receive them, then receive six times more, in two ways."},
         .promise = "The end of the stream stays the end.",
         .sources = {"joyent/libuv#948", "nodejs/node#32487"},
         .windows = {"The end, again and again.", "Wine's conformance test sock.c, test_shutdown"}},
        {.id = "end-too-early",
         .question = "How does receive_exactly end when the peer ends half-way?",
         .contract = {end},
         .steps = on_one_loop(ends_too_early),
         .steps_text = {"The peer sends 10 bytes and finishes.", "receive_exactly 20 bytes, twice; receive."},
         .promise = "end_of_stream, where fewer bytes came than were asked for.",
         .sources = {"man 2 recv"}},
        {.id = "send-after-finish",
         .question = "How does a send end after this side's own finish()?",
         .contract = {broken_pipe},
         .steps = on_one_loop(send_after_finish),
         .group = group::half_close,
         .steps_text = {"Finish, then send in two ways."},
         .promise = "broken_pipe on every system, after this side's own finish().",
         .sources = {"man 2 send: EPIPE", "Microsoft: WSAESHUTDOWN"}},
        {.id = "shutdown-simultaneous",
         .question = "May both sides finish at once, and again after the end?",
         .contract = {works},
         .steps = on_one_loop(finish_is_idempotent),
         .group = group::half_close,
         .steps_text = {"Both sides send three bytes and finish before either reads.",
                        "Both read to the end, and finish once more."},
         .promise = "finish() is idempotent, also when the connection is over in both directions.",
         .sources = {"libuv: test/test-shutdown-simultaneous.c", "man 2 shutdown: ENOTCONN"},
         .windows = {"A further shutdown works.", "Wine's conformance test sock.c, test_shutdown"}},
        {.id = "send-after-peer-close",
         .question = "How do sends end once the peer has closed?",
         .contract = {lost},
         .steps = on_one_loop(send_to_closed_peer),
         .steps_text = {"The peer closes, having read everything.", "Send until a send fails.",
                        "The same once the end was read; send again, and receive."},
         .promise = "The connection is lost: broken_pipe or connection_reset; never a signal.",
         .sources = {"man 2 send", "cppalliance/corosio#319"},
         .inherent = "Which of the two a system tells depends on what arrived first.",
         .windows =
             {"The first send works, and a receive after it is aborted; later sends are reset or aborted, by timing.",
              "Wine's conformance test sock.c, test_shutdown; mio's tests"}},
        {.id = "names-after-disconnect",
         .question = "Is the peer's address still known after it has closed?",
         .contract = {works},
         .steps = on_one_loop(peer_name_after_end),
         .group = group::reset,
         .steps_text = {"The peer closes.", "Read the end, then ask for the peer's address."},
         .promise = "The peer's address stays known for the stream's life.",
         .sources = {"man 2 getpeername: ENOTCONN"},
         .windows = {"The peer's name stays readable.", "Wine's conformance test sock.c, test_shutdown"}},
    };
}

}  // namespace pier::behaviour
