// Waiting for a socket without a transfer.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/foreign.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/sleep.hpp>
#include <pier/sys/socket.hpp>

#include <array>
#include <optional>

namespace pier::behaviour {
namespace {

// How a wait ended; `quiet` after the window in which nothing may come.
template <class R>
Outcome readiness(const R& result) {
    if (result) return Outcome::ready;
    return result.error() == pier::Errc::timed_out ? Outcome::quiet : outcome_of(result.error());
}

pier::Task<Verdict> connect_refused() {
    pier::spi::Accepted socket;
    auto nobody = take_silent_port(socket);
    if (!nobody) co_return failed("taking a port", nobody.error());
    Foreign foreign;
    if (auto opened = foreign.open(); !opened) co_return failed("opening", opened.error());
    auto watch = pier::Watch::open(foreign.socket());
    if (!watch) co_return failed("watching", watch.error());
    std::optional<pier::Error> result = foreign.connect(*nobody);
    auto writable = co_await watch->writable(limit);
    if (!writable) co_return observed(writable.error());
    if (!result) result = foreign.connected();
    if (!result) co_return Verdict{Outcome::writable + Outcome::pending};
    co_return Verdict{Outcome::writable + outcome_of(*result)};
}

pier::Task<Verdict> level_repeat() {
    ForeignPair pair;
    auto connected = co_await connect_foreign(pair);
    if (!connected) co_return failed("connecting", connected.error());
    auto sent = co_await pair.there.send_all(bytes("ten bytes!"), limit);
    if (!sent) co_return failed("sending", sent.error());
    auto first = co_await pair.watch.readable(limit);
    Outcomes seen = readiness(first);
    auto again = co_await pair.watch.readable(limit);
    seen += readiness(again);
    std::array<std::byte, 64> into;
    if (pair.here.receive(std::span(into).first(4)) != 4) co_return failed("reading 4 bytes");
    auto partial = co_await pair.watch.readable(limit);
    seen += readiness(partial);
    if (pair.here.receive(into) != 6) co_return failed("reading the rest");
    auto drained = co_await pair.watch.readable(window);
    co_return Verdict{seen + readiness(drained)};
}

pier::Task<Verdict> more_after_partial_read() {
    ForeignPair pair;
    auto connected = co_await connect_foreign(pair);
    if (!connected) co_return failed("connecting", connected.error());
    auto sent = co_await pair.there.send_all(bytes("ten bytes!"), limit);
    if (!sent) co_return failed("sending", sent.error());
    auto first = co_await pair.watch.readable(limit);
    Outcomes seen = readiness(first);
    std::array<std::byte, 3> into;
    if (pair.here.receive(into) != 3) co_return failed("reading 3 bytes");
    auto partial = co_await pair.watch.readable(limit);
    seen += readiness(partial);
    auto more = co_await pair.there.send_all(bytes("+"), limit);
    if (!more) co_return failed("sending more", more.error());
    auto undrained = co_await pair.watch.readable(limit);
    co_return Verdict{seen + readiness(undrained)};
}

pier::Task<Verdict> wait_without_arming() {
    ForeignPair pair;
    auto connected = co_await connect_foreign(pair);
    if (!connected) co_return failed("connecting", connected.error());
    std::array<std::byte, 64> into;
    Outcomes seen = Outcome::works;
    for (int round = 0; round < 2; ++round) {
        auto sent = co_await pair.there.send_all(bytes("more"), limit);
        if (!sent) co_return failed("sending", sent.error());
        auto ready = co_await pair.watch.readable(limit);
        if (round == 0) {
            seen = readiness(ready);
        } else {
            seen += readiness(ready);
        }
        (void)pair.here.receive(into);
    }
    co_return Verdict{seen};
}

pier::Task<Verdict> wait_unconnected() {
    const pier::Stream never_connected;
    auto ready = co_await never_connected.readable(limit);
    co_return Verdict{readiness(ready)};
}

// Only the own end first, then the peer's.
pier::Task<Verdict> ends() {
    ForeignPair pair;
    auto connected = co_await connect_foreign(pair);
    if (!connected) co_return failed("connecting", connected.error());
    auto shut = pier::sys::shutdown_send(pair.here.socket());
    if (!shut) co_return failed("finishing", shut.error());
    auto own = co_await pair.watch.readable(window);
    Outcomes seen = readiness(own);
    if (auto finished = pair.there.finish(); !finished) co_return failed("finishing", finished.error());
    auto both = co_await pair.watch.readable(limit);
    seen += readiness(both);
    std::array<std::byte, 8> into;
    const std::optional<std::size_t> got = pair.here.receive(into);
    co_return Verdict{seen + (got == std::size_t{0} ? Outcome::end : Outcome::too_much)};
}

pier::Task<Verdict> nothing_to_wait_for() {
    const auto span = std::chrono::milliseconds(50);
    const auto begun = std::chrono::steady_clock::now();
    auto slept = co_await pier::sleep(pier::after(span));
    if (!slept) co_return observed(slept.error());
    co_return Verdict{std::chrono::steady_clock::now() - begun < span ? Outcome::early : Outcome::works};
}

// A socket that its owner closed too early: whatever the wait says, nobody else may suffer.
pier::Task<Verdict> stale_socket() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    Foreign foreign;
    if (auto opened = foreign.open(); !opened) co_return failed("opening", opened.error());
    const pier::NativeSocket stale = foreign.socket();
    foreign.close();
    Outcomes seen = Outcome::error;
    auto watch = pier::Watch::open(stale);
    if (watch) {
        auto ready = co_await watch->readable(window);
        if (ready) seen = Outcome::ready;
        if (!ready && ready.error() == pier::Errc::timed_out) seen = Outcome::quiet;
    }
    const bool passed = co_await passes(pair->there, pair->here, "unharmed");
    co_return Verdict{seen + (passed ? Outcome::works : Outcome::unusable)};
}

pier::Task<void> wait_readable(pier::Watch& watch, pier::Event& begins, Outcome& seen) {
    begins.set();
    auto ready = co_await watch.readable(limit);
    seen = readiness(ready);
}

pier::Task<Verdict> close_while_watching() {
    ForeignPair pair;
    auto connected = co_await connect_foreign(pair);
    if (!connected) co_return failed("connecting", connected.error());
    pier::TaskScope scope;
    pier::Event begins;
    Outcome seen = Outcome::nothing;
    scope.spawn(wait_readable(pair.watch, begins, seen));
    (void)co_await begins.wait(limit);
    pair.watch.close();
    const bool ended = co_await join(scope);
    if (!ended) co_return Verdict{Outcome::hang};
    co_return Verdict{seen};
}

}  // namespace

std::vector<Behaviour> readiness_behaviours() {
    using enum Outcome;
    return {
        {.id = "connect-refused-readiness",
         .question = "What does a wait for room to send say of a connect that is refused?",
         .contract = {writable + refused},
         .steps = on_one_loop(connect_refused),
         .group = group::connect,
         .steps_text = {"Start a connect to a port without a listener, on a socket of one's own.",
                        "Wait by a Watch until it is writable, and ask for the result."},
         .promise = "A failed connect is one event: writable, and the result tells.",
         .sources = {"MicrosoftDocs/sdk-api#764", "libuv/libuv#3045", "reactphp/event-loop#206"},
         .windows =
             {"Only select's except set; WSAPoll reported nothing at all before Windows 10 2004.",
              "Wine's conformance test sock.c, test_select; reactphp/event-loop#206, MicrosoftDocs/sdk-api#764"}},
        {.id = "close-wakes-selector",
         .question = "How does a pending wait end when its Watch is closed?",
         .contract = {canceled},
         .steps = on_one_loop(close_while_watching),
         .group = group::cancel,
         .steps_text = {"Wait until a socket is readable.", "Close the Watch."},
         .promise = "Waits that are under way end with operation_canceled.",
         .sources = {"man 2 select: Multithreaded applications", "man 7 epoll"},
         .windows = {"select says readable; for the except set alone, not-a-socket.",
                     "Wine's conformance test sock.c, test_select"}},
        {.id = "level-repeat",
         .question = "Is a socket reported as readable again and again, as long as bytes are there?",
         .contract = {ready + ready + ready + quiet},
         .steps = on_one_loop(level_repeat),
         .steps_text = {"The peer sends 10 bytes.", "Wait twice.", "Read 4, wait.", "Read the rest, wait 100 ms."},
         .promise = "A wait asks for a state (level), on every engine.",
         .sources = {"man 7 epoll"},
         .windows = {"The same.", "Microsoft: select"}},
        {.id = "edge-partial-read",
         .question = "Is a socket told of again after a partial read, and when more comes before the rest was read?",
         .contract = {ready + ready + ready},
         .steps = on_one_loop(more_after_partial_read),
         .steps_text = {"The peer sends 10 bytes; wait.", "Read 3, wait.", "The peer sends one more, wait."},
         .promise = "Nobody has to drain a socket before waiting again, whatever the engine's mechanism.",
         .sources = {"man 7 epoll: EPOLLET", "tokio-rs/mio#1612", "Microsoft: WSAEventSelect"},
         .windows = {"WSAEventSelect: ready again after a partial receive, quiet without one.",
                     "Wine's conformance test sock.c, test_read_events; tokio-rs/mio#1131, #1612"}},
        {.id = "oneshot-rearm",
         .question = "Does a second wait see new bytes without anything being armed again?",
         .contract = {ready + ready},
         .steps = on_one_loop(wait_without_arming),
         .steps_text = {"The peer sends; wait; read all.", "The same again."},
         .promise = "Arming is the engine's own matter.",
         .sources = {"man 2 epoll_ctl: EPOLLONESHOT"}},
        {.id = "ready-unconnected",
         .question = "What does a wait say of a stream that was never connected?",
         .contract = {not_connected},
         .steps = on_one_loop(wait_unconnected),
         .steps_text = {"Wait until a stream is readable that was never connected."},
         .promise = "not_connected, without a system call: no engine waits for a socket that is not connected.",
         .sources = {"man 7 tcp"},
         .windows = {"Quiet.", "Wine's conformance test sock.c, test_select"}},
        {.id = "ready-peer-fin",
         .question = "Is a socket readable after its own finish, and after the peer's?",
         .contract = {quiet + ready + end},
         .steps = on_one_loop(ends),
         .steps_text = {"End the own sending direction, wait 100 ms.", "The peer finishes; wait; read."},
         .promise = "The peer's end is something to read; the own one is not.",
         .sources = {"man 2 poll: POLLRDHUP", "curl/curl#10501"},
         .windows = {"WSAPoll: a hang-up for an orderly end, too.", "curl/curl#10501"}},
        {.id = "select-empty-set",
         .question = "Does a loop without any socket sleep?",
         .contract = {works},
         .steps = on_one_loop(nothing_to_wait_for),
         .steps_text = {"Sleep for 50 ms on a loop that has no socket."},
         .promise = "It sleeps, and never too short.",
         .sources = {"Microsoft: select, WSAEINVAL"},
         .windows = {"Invalid.", "Wine's conformance test sock.c, test_select; Microsoft: select"}},
        {.id = "bad-descriptor-in-set",
         .question = "Whom does it harm that a watched socket was closed by its owner too early?",
         .contract = {error + works, quiet + works, ready + works},
         .steps = on_one_loop(stale_socket),
         .steps_text = {"Watch a socket that is closed already, and wait.", "Pass bytes over another stream."},
         .promise = "Only the wait for that socket may suffer, never the loop.",
         .sources = {"man 2 select: EBADF", "Microsoft: select, WSAENOTSOCK"},
         .inherent = "Some systems don't say that a socket is closed.",
         .windows = {"Not a socket.", "Wine's conformance test sock.c, test_select; Microsoft: select"}},
    };
}

}  // namespace pier::behaviour
