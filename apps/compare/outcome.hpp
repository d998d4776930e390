// What can be seen of a behaviour: a short word from a closed list.
#pragma once

#include <pier/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace compare {

enum class Outcome : std::uint8_t {
    works,
    // What operations report.
    address_in_use,
    already_in_progress,
    broken_pipe,
    canceled,
    end,  // of the stream
    invalid_argument,
    not_connected,
    one_at_a_time,
    refused,
    reset,
    timed_out,
    other_error,
    // What bytes, posts and timers do.
    corrupt,
    data_lost,
    data_then_end,
    data_then_reset,
    early,
    late,
    missing,
    reordered,
    too_much,
    unusable,  // the operation ended as it should, and the stream is not fit for use afterwards
    // What has no observation.
    no_ipv6,
    no_pending_connect,  // the system gives no connection that stays undecided
    failed,              // a step on the way to the observation did
    hang,
    crash,
};

[[nodiscard]] std::string_view name(Outcome outcome) noexcept;

// Of an operation under observation.
[[nodiscard]] Outcome outcome_of(const pier::Error& error) noexcept;

// An outcome, and for people what came with it (never compared).
struct Verdict {
    Outcome outcome = Outcome::works;
    std::string detail{};
};

// The end of an operation under observation: its error's outcome.
[[nodiscard]] Verdict observed(const pier::Error& error);
// A step on the way went wrong, so that there is nothing to observe.
[[nodiscard]] Verdict failed(std::string_view step, const pier::Error& error);
[[nodiscard]] Verdict failed(std::string_view step);

}  // namespace compare
