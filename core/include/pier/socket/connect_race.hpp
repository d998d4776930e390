// Connecting to one of several addresses, with more to choose than connect_to_first() has: where from, and for how
// long.
#pragma once

#include <pier/socket/connect_by_name.hpp>

#include <optional>
#include <vector>

namespace pier {

// The source for a peer: the first one of the peer's family. Without sources an endpoint without a family, which leaves
// the choice to the system. Errors: address_family_not_supported, where there are sources, but none of that family.
[[nodiscard]] Result<Endpoint> source_for(const std::vector<Endpoint>& sources, const Endpoint& peer) noexcept;

// How each attempt of a race is made.
struct AttemptRules {
    // This end's address, its port, or both, as connect_from() takes them; source_for() chooses. One attempt at a time
    // can hold a port. So with a port the attempts of a family follow each other, and only the families race.
    std::vector<Endpoint> sources;
    // An attempt that has taken so long fails as timed_out. An attempt that starts later has as long.
    std::optional<Duration> patience;
};

struct Race {
    Result<Stream> connected;
    // All that were begun, in that order. Errc::ok: the one that has won; operation_canceled: those that were given up
    // because it has, or because the task was cancelled.
    std::vector<FailedAttempt> attempts;
};

// As connect_to_first(), by these rules. `connected` has its errors.
[[nodiscard]] Task<Race> race_to_connect(std::vector<Endpoint> addresses, AttemptRules rules, Deadline deadline = {});

}  // namespace pier
