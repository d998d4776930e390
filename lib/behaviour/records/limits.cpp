// Many sockets, stale ones, and time.
#include <pier/behaviour/behaviour.hpp>
#include <pier/behaviour/steps.hpp>
#include <pier/datagram.hpp>
#include <pier/sleep.hpp>
#include <pier/sys/clock.hpp>

#include <array>
#include <deque>

namespace pier::behaviour {
namespace {

constexpr std::size_t capacity = 1500;  // more than FD_SETSIZE anywhere

struct Idle {
    pier::Datagram socket;
    pier::Result<pier::Received> result = pier::fail(pier::Errc::operation_canceled);
};

pier::Task<void> receive_one(Idle& idle, pier::Event& came) {
    std::array<std::byte, 8> into;
    idle.result = co_await idle.socket.receive(into, limit);
    if (idle.result) came.set();
}

pier::Task<Verdict> last_of_many() {
    if (pier::this_loop().traits().one_at_a_time) {
        co_return not_applicable("an engine that blocks waits for one socket at a time");
    }
    std::deque<Idle> all(capacity);
    for (Idle& idle : all) {
        auto opened = pier::Datagram::open(pier::Endpoint::loopback(pier::Family::ipv4));
        if (!opened) co_return observed(opened.error());
        idle.socket = std::move(*opened);
    }
    pier::Event came;
    pier::TaskScope scope;
    for (Idle& idle : all) scope.spawn(receive_one(idle, came));
    auto sent = co_await all.front().socket.send_to(bytes("last"), all.back().socket.local(), limit);
    if (sent) (void)co_await came.wait(limit);
    scope.cancel();
    const bool ended = co_await join(scope);
    if (!ended) co_return Verdict{Outcome::hang};
    if (!sent) co_return failed("sending", sent.error());
    co_return Verdict{outcome_of(all.back().result)};
}

pier::Task<Verdict> used_after_close() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pair->here.close();
    pair->here.close();
    auto other = co_await connect_pair();  // the system gives the number out again
    if (!other) co_return failed("connecting again", other.error());
    auto sent = co_await pair->here.send(bytes("stray"), limit);
    Outcomes seen = outcome_of(sent);
    const bool passed = co_await passes(other->here, other->there, "unharmed");
    co_return Verdict{seen + (passed ? Outcome::works : Outcome::corrupt)};
}

pier::Task<Verdict> sleeps() {
    using std::chrono::microseconds;
    using std::chrono::nanoseconds;
    for (nanoseconds span : {nanoseconds(0), nanoseconds(1), nanoseconds(microseconds(100)), nanoseconds(999'999),
                             nanoseconds(1'000'000), nanoseconds(1'000'001), nanoseconds(microseconds(5000)),
                             nanoseconds(7'300'000), nanoseconds(microseconds(10'000)), nanoseconds(30'000'000)}) {
        for (int times = 0; times < 5; ++times) {
            const auto begun = std::chrono::steady_clock::now();
            const pier::Time before = pier::sys::now();
            auto slept = co_await pier::sleep(pier::after(span));
            if (!slept) co_return observed(slept.error());
            if (pier::sys::now() - before < span) co_return Verdict{Outcome::early};
            if (std::chrono::steady_clock::now() - begun < span) co_return Verdict{Outcome::early};
        }
    }
    co_return Verdict{};
}

pier::Task<Verdict> send_without_signal() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    if (auto finished = pair->here.finish(); !finished) co_return failed("finishing", finished.error());
    auto own = co_await pair->here.send(bytes("after finish()"), limit);
    Outcomes seen = outcome_of(own);
    WhileWaiting then([&] { pair->here.abort(); });
    auto got = co_await pair->there.receive(limit);
    if (got && got->empty()) got = co_await pair->there.receive(limit);
    for (int sends = 0; sends < 1000; ++sends) {
        auto sent = co_await pair->there.send(bytes("after a reset"), limit);
        if (!sent)
            co_return Verdict{seen +
                              (lost_or(sent.error()).outcome == Outcome::lost ? Outcome::lost : Outcome::other_error)};
    }
    co_return Verdict{seen + Outcome::works};
}

}  // namespace

std::vector<Behaviour> limits_behaviours() {
    using enum Outcome;
    return {
        {.id = "selector-capacity",
         .question = "Does the last of 1500 waiting sockets hear what comes for it?",
         .contract = {works, too_many_files},
         .steps = on_one_loop(last_of_many),
         .steps_text = {"Open 1500 datagram sockets and receive on all.", "Send to the last."},
         .promise = "It does; select on Linux refuses what it can't watch with too_many_files_open.",
         .sources = {"man 2 select: FD_SETSIZE", "Microsoft: select, FD_SETSIZE"},
         .inherent = "Linux' fd_set is a bitmap of 1,024 descriptors.",
         .windows = {"FD_SETSIZE counts sockets; an array of one's own may be longer.",
                     "Wine's conformance test sock.c, test_select; Microsoft: Maximum Number of Sockets Supported"}},
        {.id = "double-close-and-foreign-handle",
         .question = "How does a send on a closed stream end, and does it harm a new one?",
         .contract = {not_connected + works},
         .steps = on_one_loop(used_after_close),
         .steps_text = {"Close a stream twice.", "Open another connection.", "Send on the closed one."},
         .promise = "not_connected: a closed stream never reaches somebody else's socket.",
         .sources = {"man 2 close"}},
        {.id = "sigpipe",
         .question = "How do sends end after the own finish() and after a reset?",
         .contract = {broken_pipe + lost},
         .steps = on_one_loop(send_without_signal),
         .steps_text = {"Finish; send.", "Reset the connection; the other side sends until a send fails."},
         .promise = "An error, never a signal.",
         .sources = {"man 2 send: MSG_NOSIGNAL", "man 7 signal: SIGPIPE"}},
        {.id = "timer-granularity",
         .question = "Is any of 50 sleeps from 0 to 30 ms too short?",
         .contract = {works},
         .steps = on_one_loop(sleeps),
         .steps_text =
             {"Sleep 5 times each for 0, 1 ns, 100 us, 1 ms and the nanoseconds beside it, 5, 7.3, 10 and 30 ms."},
         .promise = "Never early; how late is the system's matter.",
         .sources = {"man 2 epoll_wait", "Microsoft: timeBeginPeriod"},
         .inherent = "Windows ticks every 15.6 ms unless told otherwise.",
         .windows = {"Ticks of 15.6 ms unless somebody raises them; short waits by a timer of high resolution, but for "
                     "select and "
                     "libuv.",
                     "Microsoft: Wait Functions and Time-out Intervals, CreateWaitableTimerEx"}},
    };
}

}  // namespace pier::behaviour
