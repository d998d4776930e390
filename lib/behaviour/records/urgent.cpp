// TCP's urgent data, beside the stream and in it.
#include "scenarios.hpp"

#include <pier/behaviour/steps.hpp>
#include <pier/socket/options.hpp>
#include <pier/socket/urgent.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace pier::behaviour {

pier::Task<Verdict> urgent_byte_beside() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    auto source = pier::UrgentSource::open(pair->here);
    if (!source) co_return observed(source.error());
    auto early = co_await source->receive(window);
    if (early) co_return Verdict{Outcome::too_much};
    if (early.error() != pier::Errc::timed_out) co_return observed(early.error());
    auto before = co_await pair->there.send_all(bytes("abc"), limit);
    if (!before) co_return failed("sending", before.error());
    auto urgent = co_await pair->there.send_urgent(std::byte{'!'}, limit);
    if (!urgent) co_return failed("sending an urgent byte", urgent.error());
    auto behind = co_await pair->there.send_all(bytes("de"), limit);
    if (!behind) co_return failed("sending", behind.error());
    Outcomes seen = Outcome::quiet;
    auto byte = co_await source->receive(limit);
    if (!byte) co_return Verdict{seen + outcome_of(byte.error()), pier::describe(byte.error())};
    seen += *byte == std::byte{'!'} ? Outcome::urgent : Outcome::corrupt;
    std::array<std::byte, 5> stream{};
    auto rest = co_await pair->here.receive_exactly(stream, limit);
    if (!rest) co_return Verdict{seen + outcome_of(rest.error()), pier::describe(rest.error())};
    seen += std::ranges::equal(stream, bytes("abcde")) ? Outcome::data : Outcome::corrupt;
    auto again = co_await source->receive(window);
    const bool nothing = !again && again.error() == pier::Errc::timed_out;
    co_return Verdict{seen + (nothing ? Outcome::quiet : Outcome::too_much)};
}

pier::Task<Verdict> urgent_byte_in_line() {
    auto pair = co_await connect_pair();
    if (!pair) co_return failed("connecting", pair.error());
    if (auto set = pair->here.set(pier::option::out_of_band_inline{true}); !set) co_return observed(set.error());
    auto before = co_await pair->there.send_all(bytes("abc"), limit);
    if (!before) co_return failed("sending", before.error());
    auto urgent = co_await pair->there.send_urgent(std::byte{'!'}, limit);
    if (!urgent) co_return failed("sending an urgent byte", urgent.error());
    auto behind = co_await pair->there.send_all(bytes("de"), limit);
    if (!behind) co_return failed("sending", behind.error());
    std::array<std::byte, 6> stream{};
    auto all = co_await pair->here.receive_exactly(stream, limit);
    if (!all) co_return observed(all.error());
    const bool in_order = std::ranges::equal(stream, bytes("abc!de"));
    co_return Verdict{in_order ? Outcome::whole : Outcome::corrupt};
}

}  // namespace pier::behaviour
