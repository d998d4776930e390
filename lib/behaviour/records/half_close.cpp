// One direction ends, the other goes on.
#include "scenarios.hpp"

#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>

namespace pier::behaviour {
namespace {

pier::Task<Verdict> echo_after_finish() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    bool passed = co_await passes(pair->here, pair->there, "ping");
    if (!passed) co_return failed("the first four bytes");
    for (int times = 0; times < 2; ++times) {
        if (auto finished = pair->here.finish(); !finished) co_return observed(finished.error());
    }
    auto end = co_await pair->there.receive(limit);
    if (!end) co_return observed(end.error());
    if (!end->empty()) co_return Verdict{Outcome::too_much};
    passed = co_await passes(pair->there, pair->here, "reply");
    Outcomes seen = Outcome::end + (passed ? Outcome::data : Outcome::missing);
    auto sent = co_await pair->here.send(bytes("more"), limit);
    auto sent_all = co_await pair->here.send_all(bytes("more"), limit);
    if (outcome_of(sent_all) != outcome_of(sent)) co_return Verdict{seen + Outcome::differs};
    for (int times = 0; times < 2; ++times) {
        if (auto finished = pair->there.finish(); !finished) co_return observed(finished.error());
    }
    auto rest = co_await pair->here.receive(limit);
    if (!rest) co_return observed(rest.error());
    if (!rest->empty()) co_return Verdict{seen + Outcome::too_much};
    if (auto finished = pair->here.finish(); !finished) co_return observed(finished.error());
    co_return Verdict{seen + outcome_of(sent)};
}

pier::Task<Verdict> finish_unconnected() {
    const pier::Stream never_connected;
    co_return Verdict{outcome_of(never_connected.finish())};
}

// The own end is no cancel: a pending receive goes on until the peer says something.
pier::Task<Verdict> finish_while_receiving() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pier::Result<void> finished;
    WhileWaiting then([&] { finished = pair->here.finish(); });
    auto got = co_await pair->here.receive(window);
    Outcomes seen = got ? Outcome::end : outcome_of(got.error());
    if (seen == Outcome::timed_out) seen = Outcome::pending;
    if (!finished) co_return observed(finished.error());
    const bool passed = co_await passes(pair->there, pair->here, "after all");
    co_return Verdict{seen + (passed ? Outcome::data : Outcome::missing)};
}

}  // namespace

std::vector<Behaviour> half_close_behaviours() {
    using enum Outcome;
    return {
        {.id = "half-close-echo",
         .question = "Does finish() give the peer the end, let its reply come, and end a further send?",
         .contract = {end + data + broken_pipe},
         .steps = on_one_loop(echo_after_finish),
         .steps_text = {"Send 4 bytes and finish twice.", "The peer reads them and the end, and sends 5.",
                        "Receive those, then send.", "The peer finishes twice; receive the end, and finish once more."},
         .promise = "A half-closed stream hears; a send after the own finish() is broken_pipe.",
         .sources = {"RFC 9293, 3.6", "Microsoft: WSAESHUTDOWN"},
         .windows = {"As elsewhere; after the peer's close, aborted competes with broken-pipe.",
                     "tokio-rs/mio, 00323570"}},
        {.id = "shutdown-misuse",
         .question = "How does finish() end on a stream that was never connected?",
         .contract = {not_connected},
         .steps = on_one_loop(finish_unconnected),
         .steps_text = {"Finish a stream that was never connected."},
         .promise = "not_connected, without a system call.",
         .sources = {"man 2 shutdown", "rust-lang/socket2#48"},
         .windows = {"Unconnected, of a listener, too.",
                     "Wine's conformance test sock.c, test_shutdown; rust-lang/socket2#48"}},
        {.id = "shutdown-both",
         .question = "Does the own finish() leave a pending receive alone, and do bytes come afterwards?",
         .contract = {pending + data},
         .steps = on_one_loop(finish_while_receiving),
         .steps_text = {"Start a receive; finish meanwhile; wait 100 ms.", "The peer sends, receive."},
         .promise = "Ending a direction is no cancel: what is pending stays pending.",
         .sources = {"man 2 shutdown", "chriskohlhoff/asio#529"},
         .windows = {"Broken-pipe; a receive that is pending is not woken, and takes what comes.",
                     "Wine's conformance test sock.c, test_shutdown"}},
        {.id = "shutdown-read",
         .question =
             "What becomes of bytes that are queued, and that come later, once the receiving direction is shut?",
         .contract = {works + end + end},
         .steps = on_one_loop(receiving_is_stopped),
         .steps_text = {"5 bytes are queued; shut the receiving direction.", "Receive.", "The peer sends; receive."},
         .promise = "Receives give the end at once, whatever waits or comes; what the peer's sends meet is the "
                    "system's matter.",
         .sources = {"man 2 shutdown", "tokio-rs/mio#1964"},
         .inherent = "Linux delivers, Windows discards or resets.",
         .windows = {"Broken-pipe. Later data provoke a reset by one page, and are dropped by another.",
                     "tokio-rs/mio#1964"}},
    };
}

}  // namespace pier::behaviour
