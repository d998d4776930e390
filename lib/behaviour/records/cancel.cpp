// Operations that are ended from this side.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>

#include <array>
#include <optional>

namespace pier::behaviour {
namespace {

// The verdict where the stream must also be fit for use afterwards, in both directions.
pier::Task<Verdict> and_usable(Pair& pair, Verdict verdict) {
    const bool hears = co_await passes(pair.there, pair.here, "afterwards");
    const bool speaks = co_await passes(pair.here, pair.there, "answer");
    if (!hears || !speaks) co_return Verdict{Outcome::unusable, std::string(name(verdict.outcome))};
    co_return verdict;
}

pier::Task<Verdict> cancel_pending_receive() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    Verdict verdict;
    for (int times = 0; times < 3; ++times) {
        pier::TaskScope scope;
        PendingReceive pending;
        scope.spawn(receive_some(pair->here, pending));
        (void)co_await pending.begins.wait(limit);
        scope.cancel();
        const bool ended = co_await join(scope);
        if (!ended) co_return Verdict{Outcome::hang};
        if (pending.result) co_return Verdict{};
        verdict = observed(pending.result.error());
        if (verdict.outcome != Outcome::canceled) co_return verdict;
    }
    co_return co_await and_usable(*pair, std::move(verdict));
}

pier::Task<Verdict> receive_deadline() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    Verdict verdict;
    for (auto span : {std::chrono::milliseconds(0), std::chrono::milliseconds(1), std::chrono::milliseconds(50)}) {
        const auto begun = std::chrono::steady_clock::now();
        auto got = co_await pair->here.receive(pier::after(span));
        const auto took = std::chrono::steady_clock::now() - begun;
        if (got) co_return Verdict{};
        if (took < span) co_return Verdict{Outcome::early};
        if (took > span + std::chrono::seconds(5)) co_return Verdict{Outcome::late};
        verdict = observed(got.error());
        if (verdict.outcome != Outcome::timed_out) co_return verdict;
    }
    auto in_the_past = co_await pair->here.receive(pier::at(pier::Time::min()));
    if (outcome_of(in_the_past) != Outcome::timed_out) co_return Verdict{outcome_of(in_the_past), "in the past"};
    std::array<std::byte, 4> into{};
    auto exactly = co_await pair->here.receive_exactly(into, pier::after(std::chrono::milliseconds(1)));
    if (exactly) co_return Verdict{Outcome::works, "receive_exactly"};
    if (exactly.error() != pier::Errc::timed_out) co_return observed(exactly.error());
    co_return co_await and_usable(*pair, std::move(verdict));
}

// More than the buffers of both sides hold, and nobody reads.
pier::Task<std::optional<pier::Error>> send_into_the_void(Pair& pair) {
    constexpr std::size_t too_much = 16 << 20;
    for (pier::Option option : {pier::Option::send_buffer, pier::Option::receive_buffer}) {
        (void)pair.here.set(option, 64 << 10);
        (void)pair.there.set(option, 64 << 10);
    }
    const std::vector<std::byte> data(too_much);
    constexpr auto span = std::chrono::milliseconds(100);
    const auto begun = std::chrono::steady_clock::now();
    auto sent = co_await pair.here.send_all(data, pier::after(span));
    if (sent) co_return std::nullopt;
    const bool early = std::chrono::steady_clock::now() - begun < span;
    co_return early ? pier::Error(pier::Errc::unexpected) : sent.error();
}

pier::Task<Verdict> send_deadline() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto error = co_await send_into_the_void(*pair);
    if (!error) co_return Verdict{};
    co_return observed(*error);
}

pier::Task<Verdict> send_after_cancelled_send() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto error = co_await send_into_the_void(*pair);
    if (!error) co_return failed("a send that had to wait");
    auto sent = co_await pair->here.send(bytes("the next message"), limit);
    if (!sent) co_return observed(sent.error());
    co_return Verdict{};
}

enum class Side : bool { here, there };

// A receive is pending when its own side closes.
pier::Task<Verdict> close_while_receiving(Side seen_by) {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pier::TaskScope scope;
    PendingReceive pending;
    scope.spawn(receive_some(pair->here, pending));
    (void)co_await pending.begins.wait(limit);
    pair->here.close();
    const bool ended = co_await join(scope);
    if (!ended) co_return Verdict{Outcome::hang};
    if (seen_by == Side::here) {
        if (!pending.result) co_return observed(pending.result.error());
        co_return Verdict{};
    }
    auto got = co_await pair->there.receive(limit);
    if (!got) co_return observed(got.error());
    co_return Verdict{got->empty() ? Outcome::end : Outcome::too_much};
}

pier::Task<Verdict> close_cancels() { return close_while_receiving(Side::here); }
pier::Task<Verdict> close_as_the_peer_sees_it() { return close_while_receiving(Side::there); }

// What begins in a cancelled scope.
pier::Task<Verdict> start_after_cancel() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pier::TaskScope scope;
    PendingReceive pending;
    scope.cancel();
    scope.spawn(receive_some(pair->here, pending));
    const bool ended = co_await join(scope);
    if (!ended) co_return Verdict{Outcome::hang};
    if (pending.result) co_return Verdict{};
    co_return co_await and_usable(*pair, observed(pending.result.error()));
}

}  // namespace

std::vector<Behaviour> cancel_behaviours() {
    using enum Outcome;
    return {
        {.id = "cancel-one-op",
         .question = "How does a pending receive end when its scope is cancelled? Is the stream usable then?",
         .contract = {canceled},
         .steps = on_one_loop(cancel_pending_receive),
         .steps_text = {"Start a receive.", "Cancel its scope.", "The same twice more.",
                        "Pass bytes both ways over the same stream."},
         .promise = "operation_canceled, and the stream is fit for use.",
         .sources = {"man 3 io_uring_prep_cancel", "Microsoft: CancelIoEx"},
         .windows = {"Canceled; older documents call the stream undefined afterwards.", "Microsoft: CancelIoEx"}},
        {.id = "start-after-cancel",
         .question = "How does a receive end that begins in a cancelled scope?",
         .contract = {canceled},
         .steps = on_one_loop(start_after_cancel),
         .steps_text = {"Cancel a scope.", "Start a receive in it."},
         .promise = "operation_canceled; the stream is fit for use."},
        {.id = "receive-deadline",
         .question = "How does a receive end at its deadline, not earlier? Is the stream usable then?",
         .contract = {timed_out},
         .steps = on_one_loop(receive_deadline),
         .steps_text = {"Receive with deadlines of 0, 1 and 50 ms from a peer that sends nothing.",
                        "Receive until a point in the past; receive_exactly for 1 ms.",
                        "Pass bytes over the same stream."},
         .promise = "timed_out, never early, and the stream is fit for use.",
         .sources = {"Microsoft: SO_RCVTIMEO"}},
        {.id = "send-deadline",
         .question = "How does a send end at its deadline when nobody reads?",
         .contract = {timed_out},
         .steps = on_one_loop(send_deadline),
         .steps_text = {"Send 16 MiB with a deadline of 100 ms to a peer that does not read."},
         .promise = "timed_out."},
        {.id = "send-after-cancelled-send",
         .question = "How does a send end after one that was cut off half-way?",
         .contract = {broken_pipe},
         .steps = on_one_loop(send_after_cancelled_send),
         .steps_text = {"Let a send be cut off by its deadline.", "Send again."},
         .promise = "broken_pipe: nobody knows how much of the first has gone."},
        {.id = "close-pending-async-op",
         .question = "How does a pending receive end when its own stream is closed?",
         .contract = {canceled},
         .steps = on_one_loop(close_cancels),
         .steps_text = {"Start a receive.", "Close its stream."},
         .promise = "Every pending operation ends exactly once, with operation_canceled.",
         .sources = {"axboe/liburing#568", "cppalliance/corosio#160"},
         .windows = {"Aborted (1236) at a port; older systems said name deleted (64).",
                     "Wine's conformance test sock.c, iocp_async_read_closesocket; cppalliance/corosio#98"}},
        {.id = "close-pending-read-sends-reset",
         .question = "What does the peer of a stream see that is closed while it receives: the end, or a reset?",
         .contract = {end},
         .steps = on_one_loop(close_as_the_peer_sees_it),
         .steps_text = {"Start a receive.", "Close its stream.", "The peer receives."},
         .promise = "The peer reads the end: pending operations are cancelled before the close.",
         .sources = {"libuv/libuv#3034", "libuv/libuv#3584"},
         .windows = {"A reset while a WSARecv is outstanding; the end if that is cancelled first.",
                     "libuv/libuv#3034, #3584"}},
    };
}

}  // namespace pier::behaviour
