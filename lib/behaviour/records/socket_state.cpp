// What a socket inherits, keeps, shares and gives up.
#include "scenarios.hpp"

#include <pier/behaviour/steps.hpp>
#include <pier/socket/duplicate.hpp>
#include <pier/socket/options.hpp>
#include <pier/socket/stop_receiving.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace pier::behaviour {
namespace {

Outcome received(const pier::Result<pier::Chunk>& got) {
    if (!got) return outcome_of(got.error());
    return got->empty() ? Outcome::end : Outcome::data;
}

Outcome pending_error(const pier::Result<pier::Error>& read) {
    if (!read) return outcome_of(read.error());
    return read->condition == pier::Errc::ok ? Outcome::nothing : outcome_of(*read);
}

}  // namespace

pier::Task<Verdict> accepted_inherits() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return failed("listening", listener.error());
    if (auto set = listener->set(pier::option::keep_alive{true}); !set) co_return observed(set.error());
    auto client = co_await pier::Stream::connect(listener->local(), limit);
    if (!client) co_return failed("connecting", client.error());
    auto served = co_await listener->accept(limit);
    if (!served) co_return failed("accepting", served.error());
    auto kept = served->get<pier::option::keep_alive>();
    if (!kept) co_return observed(kept.error());
    Outcomes seen = *kept ? Outcome::inherited : Outcome::ignored;
    auto prompt = served->get<pier::option::no_delay>();
    if (!prompt) co_return Verdict{seen + outcome_of(prompt.error())};
    co_return Verdict{seen + (*prompt ? Outcome::works : Outcome::nothing)};
}

// Three bytes of ten are there, and nothing follows; then the end follows.
pier::Task<Verdict> whole_receive() {
    std::array<std::byte, 10> into{};
    auto waiting = co_await connect_pair();
    if (!waiting) co_return failed("connecting", waiting.error());
    auto sent = co_await waiting->there.send_all(bytes("abc"), limit);
    if (!sent) co_return failed("sending", sent.error());
    auto slow = co_await waiting->here.receive_exactly(into, window);
    if (slow) co_return Verdict{Outcome::too_much};
    Outcomes seen = slow.error() == pier::Errc::timed_out ? Outcome::pending : outcome_of(slow.error());
    seen += slow.error().received == 3 ? Outcome::partial : Outcome::missing;
    auto ending = co_await connect_pair();
    if (!ending) co_return failed("connecting", ending.error());
    sent = co_await ending->there.send_all(bytes("abc"), limit);
    if (!sent) co_return failed("sending", sent.error());
    if (auto finished = ending->there.finish(); !finished) co_return failed("finishing", finished.error());
    auto cut = co_await ending->here.receive_exactly(into, limit);
    if (cut) co_return Verdict{seen + Outcome::too_much};
    seen += outcome_of(cut.error());
    seen += cut.error().received == 3 ? Outcome::partial : Outcome::missing;
    co_return Verdict{seen};
}

pier::Task<Verdict> no_pending_error() {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
    if (!listener) co_return failed("listening", listener.error());
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    Outcomes seen = pending_error(listener->get<pier::option::error>());
    seen += pending_error(pair->here.get<pier::option::error>());
    co_return Verdict{seen};
}

pier::Task<Verdict> pending_error_is_taken() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    pair->there.abort();
    const bool arrived = co_await reset_has_arrived();
    if (!arrived) co_return failed("using another connection");
    Outcomes seen = pending_error(pair->here.get<pier::option::error>());
    seen += pending_error(pair->here.get<pier::option::error>());
    auto got = co_await pair->here.receive(limit);
    co_return Verdict{seen + received(got)};
}

// The original is closed: the copy receives, and the peer reads the end when the copy is closed, too.
pier::Task<Verdict> copy_outlives_original() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto copied = pier::duplicate(pair->here);
    if (!copied) co_return observed(copied.error());
    pier::Stream copy = std::move(*copied);
    pair->here.close();
    auto sent = co_await pair->there.send_all(bytes("still there?"), limit);
    if (!sent) co_return failed("sending", sent.error());
    std::array<std::byte, 12> into{};
    auto got = co_await copy.receive_exactly(into, limit);
    if (!got) co_return Verdict{outcome_of(got.error()), pier::describe(got.error())};
    Outcomes seen = std::ranges::equal(into, bytes("still there?")) ? Outcome::data : Outcome::corrupt;
    auto early = co_await pair->there.receive(window);
    const bool open = !early && early.error() == pier::Errc::timed_out;
    seen += open ? Outcome::quiet : Outcome::closed;
    copy.close();
    auto end = co_await pair->there.receive(limit);
    if (!end) co_return Verdict{seen + outcome_of(end.error()), pier::describe(end.error())};
    co_return Verdict{seen + (end->empty() ? Outcome::end : Outcome::too_much)};
}

// Whatever waits, and whatever comes later.
pier::Task<Verdict> receiving_is_stopped() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto sent = co_await pair->there.send_all(bytes("hello"), limit);
    if (!sent) co_return failed("sending", sent.error());
    const bool arrived = co_await reset_has_arrived();
    if (!arrived) co_return failed("using another connection");
    auto stopped = pier::stop_receiving(pair->here);
    if (!stopped) co_return observed(stopped.error());
    auto queued = co_await pair->here.receive(limit);
    Outcomes seen = Outcome::works + received(queued);
    // Some systems refuse it to the peer: that is no observation.
    (void)co_await pair->there.send_all(bytes("later"), limit);
    auto later = co_await pair->here.receive(limit);
    co_return Verdict{seen + received(later)};
}

}  // namespace pier::behaviour
