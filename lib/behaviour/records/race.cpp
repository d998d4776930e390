// Cancels and closes that meet something else: another thread, a completion, nothing at all.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/exchange.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/sleep.hpp>

#include <array>
#include <optional>
#include <thread>

namespace pier::behaviour {
namespace {

pier::Task<Verdict> close_from_another_thread() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pier::TaskScope scope;
    PendingReceive pending;
    scope.spawn(receive_some(pair->here, pending));
    (void)co_await pending.begins.wait(limit);
    pier::Loop& loop = pier::this_loop();
    std::jthread closer([&loop, &pair] { loop.post([&pair] { pair->here.close(); }); });
    const bool ended = co_await join(scope);
    if (!ended) co_return Verdict{Outcome::hang};
    if (!pending.result) co_return observed(pending.result.error());
    co_return Verdict{};
}

pier::Task<Verdict> cancel_nothing() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pier::TaskScope scope;
    scope.cancel();
    scope.cancel();
    const bool ended = co_await join(scope);
    if (!ended) co_return Verdict{Outcome::hang};
    const bool passed = co_await passes(pair->there, pair->here, "idle");
    co_return Verdict{passed ? Outcome::works : Outcome::unusable};
}

constexpr int rounds = 300;

// Each byte comes back from another thread while this one cancels the receive that waits for it: either may win, but
// the byte is there, once.
pier::Task<Verdict> cancel_races(pier::Stream stream) {
    for (int round = 0; round < rounds; ++round) {
        const std::array<std::byte, 1> byte{static_cast<std::byte>(round)};
        auto sent = co_await stream.send_all(byte, limit);
        if (!sent) co_return observed(sent.error());
        pier::TaskScope scope;
        PendingReceive pending;
        scope.spawn(receive_some(stream, pending));
        (void)co_await pending.begins.wait(limit);
        // Once at once, once after some turns of the loop.
        for (int turns = round % 3; turns > 0; --turns) (void)co_await pier::sleep(pier::after({}));
        scope.cancel();
        const bool ended = co_await join(scope);
        if (!ended) co_return Verdict{Outcome::hang};
        if (pending.result) {
            if (*pending.result != 1) co_return Verdict{Outcome::corrupt};
            continue;
        }
        if (pending.result.error() != pier::Errc::operation_canceled) co_return observed(pending.result.error());
        std::array<std::byte, 1> late;
        auto received = co_await stream.receive_exactly(late, limit);
        if (!received) co_return Verdict{Outcome::data_lost};
        if (late != byte) co_return Verdict{Outcome::corrupt};
    }
    co_return Verdict{};
}

pier::Task<void> receive_and_count(pier::Stream& stream, int& ends) {
    std::array<std::byte, 64> into;
    auto got = co_await stream.receive(std::span<std::byte>(into), limit);
    if (got && *got == 4) ++ends;
}

// Data is there before the receive begins: it ends once.
pier::Task<Verdict> ends_once() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    int ends = 0;
    constexpr int times = 100;
    for (int i = 0; i < times; ++i) {
        auto sent = co_await pair->there.send_all(bytes("data"), limit);
        if (!sent) co_return failed("sending", sent.error());
        pier::TaskScope scope;
        scope.spawn(receive_and_count(pair->here, ends));
        const bool ended = co_await join(scope);
        if (!ended) co_return Verdict{Outcome::hang};
    }
    if (ends != times) co_return Verdict{Outcome::missing};
    auto got = co_await pair->here.receive(window);
    co_return Verdict{!got && got.error() == pier::Errc::timed_out ? Outcome::works : Outcome::too_much};
}

}  // namespace

std::vector<Behaviour> race_behaviours() {
    using enum Outcome;
    return {
        {.id = "close-wakes-blocked-call",
         .question = "How does a pending receive end when another thread has its stream closed?",
         .contract = {canceled},
         .steps = on_one_loop(close_from_another_thread),
         .steps_text = {"Start a receive.", "Another thread posts the close of its stream."},
         .promise = "operation_canceled, also on engines that block: every wait can be ended.",
         .sources = {"man 2 close: Multithreaded processes", "chriskohlhoff/asio#1604", "Microsoft: closesocket"},
         .windows = {"An accept ends; with which error is not documented.",
                     "Wine's conformance test sock.c, test_accept"}},
        {.id = "cancel-nothing-pending",
         .question = "Is a cancel harmless when nothing is pending?",
         .contract = {works},
         .steps = on_one_loop(cancel_nothing),
         .steps_text = {"Cancel an empty scope, twice.", "Pass bytes."},
         .promise = "It is no error, and changes nothing.",
         .sources = {"man 3 io_uring_prep_cancel: ENOENT", "Microsoft: CancelIoEx, ERROR_NOT_FOUND"},
         .windows = {"Not found (1168).", "Microsoft: CancelIoEx"}},
        {.id = "cancel-completion-race",
         .question = "Is a byte ever lost when its receive is cancelled while it comes, 300 times?",
         .contract = {works},
         .steps = with_peer(echo, cancel_races),
         .steps_text = {"Send a byte to an echo server on another thread.", "Start a receive, and cancel it.",
                        "Where it was cancelled, receive again."},
         .promise = "A cancel may lose the race; it never loses data.",
         .sources = {"libuv/libuv#5227", "man 3 io_uring_prep_cancel"},
         .inherent = "Who wins is chance.",
         .windows = {"Either may win; that no byte is lost is not documented.", "Microsoft: CancelIoEx"}},
        {.id = "immediate-success-notification",
         .question = "Does a receive end exactly once when its data is there before it begins?",
         .contract = {works},
         .steps = on_one_loop(ends_once),
         .steps_text = {"The peer sends, then a receive begins; 100 times.", "One more receive, for 100 ms."},
         .promise = "Exactly one end for each start.",
         .sources = {"Microsoft: SetFileCompletionNotificationModes"},
         .windows = {"At once and by a packet, unless that is switched off.",
                     "Microsoft: SetFileCompletionNotificationModes"}},
        {.id = "shutdown-wakes-blocked-call",
         .question = "Who wakes from a blocking call when another thread shuts the socket down?",
         .contract = {},
         .steps_text = {"A thread blocks in a receive.", "Another thread shuts both directions."},
         .promise = "Not offered: ending a direction is no cancel (shutdown-both).",
         .sources = {"man 2 shutdown", "chriskohlhoff/asio#529"},
         .inherent = "Linux wakes the receive, Windows does not promise to.",
         .not_applicable = "core has no call that another thread could be blocked in",
         .windows = {"A datagram receive is not woken; a listener is unconnected.",
                     "chriskohlhoff/asio#529; Wine's conformance test sock.c, test_shutdown"}},
    };
}

}  // namespace pier::behaviour
