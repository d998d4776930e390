// Connecting to a host by its name: Happy Eyeballs (RFC 8305).
#pragma once

#include <pier/stream.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace pier {

// What happened to one address of a host.
struct FailedAttempt {
    Endpoint to;
    Error error;
};

// Why Stream::connect(host, service) has failed. Where an Error is expected, it is one.
class ConnectFailure : public Error {
public:
    explicit ConnectFailure(const Error& error, std::vector<FailedAttempt> attempts = {}) noexcept
        : Error(error), attempts_(std::move(attempts)) {}

    // In the order in which they were begun; empty when none was.
    [[nodiscard]] const std::vector<FailedAttempt>& attempts() const noexcept { return attempts_; }

    // For people: the error of each address ("[::1]:7000: connection refused (ECONNREFUSED); 127.0.0.1:7000: ...").
    [[nodiscard]] std::string describe() const;

private:
    std::vector<FailedAttempt> attempts_;
};

namespace spi {

// The order in which a host's addresses are tried (RFC 8305, section 4): the families take turns, beginning with that
// of the first address; within a family the resolver's order stays. Throws std::bad_alloc.
[[nodiscard]] std::vector<Endpoint> take_turns(const std::vector<Endpoint>& found);

// How long an attempt has for itself before the next one starts (RFC 8305, section 8: "Connection Attempt Delay").
inline constexpr Duration connection_attempt_delay = std::chrono::milliseconds(250);
// So many attempts are under way at most. A further one starts when one of them has failed.
inline constexpr std::size_t most_connection_attempts = 16;
// What an attempt may take on an engine that blocks, unless it is the last one: nothing goes on beside it there.
inline constexpr Duration blocking_attempt_limit = std::chrono::seconds(2);

}  // namespace spi

// Connects to one of several addresses, at least one. They are tried in turns of the families; the next attempt starts
// when the one before it has failed, or after 250 ms. The first connection counts. The other attempts are cancelled and
// closed before this returns. On an engine that blocks the attempts follow each other instead, and each but the last is
// given up after 2 s. The deadline counts for all attempts together. Errors: when every attempt has failed,
// that of the first one; timed_out at the deadline, also for each attempt that was under way; operation_canceled.
// Throws std::bad_alloc.
[[nodiscard]] Task<std::expected<Stream, ConnectFailure>> connect_to_first(std::vector<Endpoint> addresses,
                                                                           Deadline deadline = {});

// Declared in class Stream: connect(std::string host, std::string service, Deadline deadline = {}). It resolves the
// host and the service, as resolve() takes them, and connects as connect_to_first(). The deadline counts for both.
// Errors: those of resolve() and connect_to_first(). Throws std::bad_alloc.
//
// Both families are asked for by one call of the resolver, so that its order holds (RFC 6724): unlike RFC 8305,
// section 3, a resolver that is slow for one family delays both.

}  // namespace pier
