#include "outcome.hpp"

#include <iterator>

namespace compare {
namespace {

struct Entry {
    Outcome outcome;
    std::string_view name;
};

constexpr Entry names[] = {
    {Outcome::works, "works"},
    {Outcome::address_in_use, "in-use"},
    {Outcome::already_in_progress, "in-progress"},
    {Outcome::broken_pipe, "broken-pipe"},
    {Outcome::canceled, "canceled"},
    {Outcome::end, "end"},
    {Outcome::invalid_argument, "invalid"},
    {Outcome::not_connected, "unconnected"},
    {Outcome::one_at_a_time, "one-at-a-time"},
    {Outcome::refused, "refused"},
    {Outcome::reset, "reset"},
    {Outcome::timed_out, "timed-out"},
    {Outcome::other_error, "other-error"},
    {Outcome::corrupt, "corrupt"},
    {Outcome::data_lost, "data-lost"},
    {Outcome::data_then_end, "data+end"},
    {Outcome::data_then_reset, "data+reset"},
    {Outcome::early, "early"},
    {Outcome::late, "late"},
    {Outcome::missing, "missing"},
    {Outcome::reordered, "reordered"},
    {Outcome::too_much, "too-much"},
    {Outcome::unusable, "unusable"},
    {Outcome::no_ipv6, "no-ipv6"},
    {Outcome::no_pending_connect, "none-pending"},
    {Outcome::failed, "failed"},
    {Outcome::hang, "hang"},
    {Outcome::crash, "crash"},
};

constexpr bool in_order() {
    for (std::size_t i = 0; i < std::size(names); ++i) {
        if (static_cast<std::size_t>(names[i].outcome) != i) return false;
    }
    return std::size(names) == static_cast<std::size_t>(Outcome::crash) + 1;
}
static_assert(in_order(), "the table is indexed by the outcome");

}  // namespace

std::string_view name(Outcome outcome) noexcept { return names[static_cast<std::size_t>(outcome)].name; }

Outcome outcome_of(const pier::Error& error) noexcept {
    switch (error.condition) {
        case pier::Errc::ok:
            return Outcome::works;
        case pier::Errc::address_in_use:
            return Outcome::address_in_use;
        case pier::Errc::already_in_progress:
            return Outcome::already_in_progress;
        case pier::Errc::broken_pipe:
            return Outcome::broken_pipe;
        case pier::Errc::connection_refused:
            return Outcome::refused;
        case pier::Errc::connection_reset:
            return Outcome::reset;
        case pier::Errc::end_of_stream:
            return Outcome::end;
        case pier::Errc::invalid_argument:
            return Outcome::invalid_argument;
        case pier::Errc::not_connected:
            return Outcome::not_connected;
        case pier::Errc::one_operation_at_a_time:
            return Outcome::one_at_a_time;
        case pier::Errc::operation_canceled:
            return Outcome::canceled;
        case pier::Errc::timed_out:
            return Outcome::timed_out;
        default:
            return Outcome::other_error;
    }
}

Verdict observed(const pier::Error& error) { return {outcome_of(error), pier::describe(error)}; }

Verdict failed(std::string_view step, const pier::Error& error) {
    return {Outcome::failed, std::string(step) + ": " + pier::describe(error)};
}

Verdict failed(std::string_view step) { return {Outcome::failed, std::string(step)}; }

}  // namespace compare
