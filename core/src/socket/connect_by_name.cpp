#include <pier/loop.hpp>
#include <pier/resolve.hpp>
#include <pier/scope.hpp>
#include <pier/socket/connect_by_name.hpp>
#include <pier/sync/event.hpp>
#include <pier/sys/clock.hpp>

#include <algorithm>
#include <exception>
#include <optional>

namespace pier {
namespace {

// What the attempts share. It lives in the frame of connect_to_first(), which waits for all of them.
struct Attempts {
    TaskScope scope;
    Event ended;  // one more attempt has failed, or one has connected
    std::vector<FailedAttempt> all;
    std::size_t under_way = 0;
    std::optional<Stream> connection;
    bool cancelled = false;  // as is the task that waits for them
};

Task<void> attempt(Attempts& attempts, std::size_t number, Deadline deadline) {
    auto connected = co_await Stream::connect(attempts.all[number].to, deadline);
    --attempts.under_way;
    attempts.ended.set();
    if (!connected) {
        attempts.all[number].error = connected.error();
    } else if (!attempts.connection) {  // a second one in the same turn of the loop is closed
        attempts.connection = std::move(*connected);
    }
}

// An attempt under way, also while its task has not started. Throws std::bad_alloc.
Task<void> begin(Attempts& attempts, const Endpoint& to, Time limit) {
    attempts.all.push_back({to, {}});
    auto begun = attempt(attempts, attempts.all.size() - 1, at(limit));
    ++attempts.under_way;
    return begun;
}

// Until another attempt has ended, or the delay is over.
Task<void> wait_for_end(Attempts& attempts, Deadline delay = {}) {
    attempts.ended.reset();
    const auto waited = co_await attempts.ended.wait(delay);
    if (!waited && waited.error() == Errc::operation_canceled) attempts.cancelled = true;
}

// Throws std::bad_alloc; some attempts are under way then.
Task<void> start_all(Attempts& attempts, const std::vector<Endpoint>& addresses, Time limit) {
    attempts.all.reserve(addresses.size());  // attempts refer to their places
    for (const Endpoint& address : addresses) {
        if (!attempts.all.empty()) {
            const bool is_room = attempts.under_way < spi::most_connection_attempts;
            co_await wait_for_end(attempts, is_room ? after(spi::connection_attempt_delay) : Deadline());
        }
        while (attempts.under_way == spi::most_connection_attempts && !attempts.connection && !attempts.cancelled)
            co_await wait_for_end(attempts);
        if (attempts.connection || attempts.cancelled || sys::now() >= limit) co_return;
        attempts.scope.spawn(begin(attempts, address, limit));
    }
}

// On an engine that blocks nothing goes on beside an attempt, so they follow each other.
Task<void> try_in_turn(Attempts& attempts, const std::vector<Endpoint>& addresses, Time limit) {
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

Task<std::expected<Stream, ConnectFailure>> connect_to_first(std::vector<Endpoint> addresses, Deadline deadline) {
    spi::require(!addresses.empty(), "connect_to_first() of no addresses");
    const Time limit = deadline.resolve(sys::now());
    const std::vector<Endpoint> turns = spi::take_turns(addresses);
    Attempts attempts;
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
    if (attempts.connection) co_return std::move(*attempts.connection);
    Error error = attempts.all.empty() ? Error{Errc::timed_out, 0} : attempts.all.front().error;
    if (attempts.cancelled) {
        error = Error{Errc::operation_canceled, 0};
    } else if (sys::now() >= limit) {
        error = Error{Errc::timed_out, 0};
    }
    co_return std::unexpected(ConnectFailure(error, std::move(attempts.all)));
}

Task<std::expected<Stream, ConnectFailure>> Stream::connect(std::string host, std::string service, Deadline deadline) {
    const Deadline limit = absolute(deadline);
    auto found = co_await resolve(host, service, Family::unspecified, limit);
    if (!found) co_return std::unexpected(ConnectFailure(found.error()));
    co_return co_await connect_to_first(std::move(*found), limit);
}

}  // namespace pier
