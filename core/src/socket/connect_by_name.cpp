#include <pier/loop.hpp>
#include <pier/resolve.hpp>
#include <pier/scope.hpp>
#include <pier/socket/connect_from.hpp>
#include <pier/socket/connect_race.hpp>
#include <pier/sync/event.hpp>
#include <pier/sys/clock.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace pier {
namespace {

// What the attempts share. It lives in the frame of race_to_connect(), which waits for all of them.
struct Attempts {
    explicit Attempts(AttemptRules how) : rules(std::move(how)) {}

    const AttemptRules rules;
    TaskScope scope;
    Event ended;  // one more attempt has failed, or one has connected
    std::vector<FailedAttempt> all;
    std::size_t under_way = 0;
    std::size_t under_way_ipv6 = 0;  // of them
    std::optional<Stream> connection;
    bool cancelled = false;  // as is the task that waits for them
};

Task<Result<Stream>> connect_by(const AttemptRules& rules, Endpoint to, Deadline deadline) {
    const auto source = source_for(rules.sources, to);
    if (!source) co_return std::unexpected(source.error());
    if (source->family() == Family::unspecified) co_return co_await Stream::connect(to, deadline);
    co_return co_await connect_from(*source, to, deadline);
}

Task<void> attempt(Attempts& attempts, std::size_t number, Deadline deadline) {
    const Endpoint to = attempts.all[number].to;
    auto connected = co_await connect_by(attempts.rules, to, deadline);
    --attempts.under_way;
    if (to.family() == Family::ipv6) --attempts.under_way_ipv6;
    attempts.ended.set();
    if (!connected) {
        attempts.all[number].error = connected.error();
    } else if (!attempts.connection) {
        attempts.connection = std::move(*connected);
    } else {  // a second one in the same turn of the loop is closed
        attempts.all[number].error = Error{Errc::operation_canceled, 0};
    }
}

// An attempt under way, also while its task has not started. Throws std::bad_alloc.
Task<void> begin(Attempts& attempts, const Endpoint& to, Time limit) {
    if (attempts.rules.patience) limit = std::min(limit, after(*attempts.rules.patience).resolve(sys::now()));
    attempts.all.push_back({to, {}});
    auto begun = attempt(attempts, attempts.all.size() - 1, at(limit));
    ++attempts.under_way;
    if (to.family() == Family::ipv6) ++attempts.under_way_ipv6;
    return begun;
}

// Until another attempt has ended, or the delay is over.
Task<void> wait_for_end(Attempts& attempts, Deadline delay = {}) {
    attempts.ended.reset();
    const auto waited = co_await attempts.ended.wait(delay);
    if (!waited && waited.error() == Errc::operation_canceled) attempts.cancelled = true;
}

// Whether an attempt there would find its port taken by another one that is under way.
bool is_port_held(const Attempts& attempts, const Endpoint& to) {
    const auto source = source_for(attempts.rules.sources, to);
    if (!source || source->family() == Family::unspecified || source->port() == 0) return false;
    const std::size_t ipv6 = attempts.under_way_ipv6;
    return (to.family() == Family::ipv6 ? ipv6 : attempts.under_way - ipv6) > 0;
}

// Throws std::bad_alloc; some attempts are under way then.
Task<void> start_all(Attempts& attempts, const std::vector<Endpoint>& addresses, Time limit) {
    attempts.all.reserve(addresses.size());  // attempts refer to their places
    for (const Endpoint& address : addresses) {
        if (!attempts.all.empty()) {
            const bool is_room = attempts.under_way < spi::most_connection_attempts;
            co_await wait_for_end(attempts, is_room ? after(spi::connection_attempt_delay) : Deadline());
        }
        while ((attempts.under_way == spi::most_connection_attempts || is_port_held(attempts, address)) &&
               !attempts.connection && !attempts.cancelled)
            co_await wait_for_end(attempts);
        if (attempts.connection || attempts.cancelled || sys::now() >= limit) co_return;
        attempts.scope.spawn(begin(attempts, address, limit));
    }
}

// On an engine that blocks nothing goes on beside an attempt, so they follow each other.
Task<void> try_in_turn(Attempts& attempts, const std::vector<Endpoint>& addresses, Time limit) {
    attempts.all.reserve(addresses.size());
    for (std::size_t i = 0; i < addresses.size() && !attempts.connection && sys::now() < limit; ++i) {
        const bool is_last = i + 1 == addresses.size();
        const Time until = is_last ? limit : std::min(limit, after(spi::blocking_attempt_limit).resolve(sys::now()));
        co_await begin(attempts, addresses[i], until);
        attempts.cancelled = attempts.all[i].error == Errc::operation_canceled;
        if (attempts.cancelled) co_return;
    }
}

}  // namespace

std::string ConnectFailure::describe() const {
    if (attempts_.empty()) return pier::describe(*this);
    std::string text;
    for (const FailedAttempt& each : attempts_) {
        if (!text.empty()) text.append("; ");
        text.append(each.to.to_string()).append(": ").append(pier::describe(each.error));
    }
    return text;
}

std::vector<Endpoint> spi::take_turns(const std::vector<Endpoint>& found) {
    std::vector<Endpoint> first, second;
    for (const Endpoint& each : found) (each.family() == found.front().family() ? first : second).push_back(each);
    std::vector<Endpoint> turns;
    turns.reserve(found.size());
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) turns.push_back(first[i]);
        if (i < second.size()) turns.push_back(second[i]);
    }
    return turns;
}

Result<Endpoint> source_for(const std::vector<Endpoint>& sources, const Endpoint& peer) noexcept {
    if (sources.empty()) return Endpoint();
    for (const Endpoint& source : sources) {
        if (source.family() == peer.family()) return source;
    }
    return fail(Errc::address_family_not_supported);
}

Task<Race> race_to_connect(std::vector<Endpoint> addresses, AttemptRules rules, Deadline deadline) {
    spi::require(!addresses.empty(), "race_to_connect() or connect_to_first() of no addresses");
    const Time limit = deadline.resolve(sys::now());
    const std::vector<Endpoint> turns = spi::take_turns(addresses);
    Attempts attempts(std::move(rules));
    std::exception_ptr thrown;
    try {
        if (this_loop().traits().one_at_a_time) {
            co_await try_in_turn(attempts, turns, limit);
        } else {
            co_await start_all(attempts, turns, limit);
        }
        while (!attempts.connection && !attempts.cancelled && attempts.under_way > 0) co_await wait_for_end(attempts);
    } catch (...) {
        thrown = std::current_exception();
    }
    attempts.scope.cancel();
    (void)co_await attempts.scope.join();
    if (thrown) std::rethrow_exception(thrown);
    if (attempts.connection) co_return Race{std::move(*attempts.connection), std::move(attempts.all)};
    Error error = attempts.all.empty() ? Error{Errc::timed_out, 0} : attempts.all.front().error;
    if (attempts.cancelled) {
        error = Error{Errc::operation_canceled, 0};
    } else if (sys::now() >= limit) {
        error = Error{Errc::timed_out, 0};
    }
    co_return Race{std::unexpected(error), std::move(attempts.all)};
}

Task<std::expected<Stream, ConnectFailure>> connect_to_first(std::vector<Endpoint> addresses, Deadline deadline) {
    AttemptRules rules;
    auto race = co_await race_to_connect(std::move(addresses), std::move(rules), deadline);
    if (race.connected) co_return std::move(*race.connected);
    co_return std::unexpected(ConnectFailure(race.connected.error(), std::move(race.attempts)));
}

Task<std::expected<Stream, ConnectFailure>> Stream::connect(std::string host, std::string service, Deadline deadline) {
    const Deadline limit = absolute(deadline);
    auto found = co_await resolve(host, service, Family::unspecified, limit);
    if (!found) co_return std::unexpected(ConnectFailure(found.error()));
    co_return co_await connect_to_first(std::move(*found), limit);
}

}  // namespace pier
