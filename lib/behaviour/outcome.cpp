#include <pier/behaviour/outcome.hpp>
#include <pier/tool/native_probe.hpp>

#include <algorithm>
#include <iterator>

namespace pier::behaviour {
namespace {

struct Entry {
    Outcome outcome;
    std::string_view name;
};

constexpr Entry names[] = {
    {Outcome::works, "works"},
    {Outcome::aborted, "aborted"},
    {Outcome::address_in_use, "in-use"},
    {Outcome::already_connected, "connected"},
    {Outcome::already_in_progress, "in-progress"},
    {Outcome::bad_address, "bad-address"},
    {Outcome::broken_pipe, "broken-pipe"},
    {Outcome::canceled, "canceled"},
    {Outcome::end, "end"},
    {Outcome::invalid_argument, "invalid"},
    {Outcome::lost, "lost"},
    {Outcome::message_size, "message-size"},
    {Outcome::no_option, "no-option"},
    {Outcome::not_a_socket, "not-a-socket"},
    {Outcome::not_available, "not-available"},
    {Outcome::not_connected, "unconnected"},
    {Outcome::not_found, "not-found"},
    {Outcome::not_supported, "unsupported"},
    {Outcome::one_at_a_time, "one-at-a-time"},
    {Outcome::permission_denied, "denied"},
    {Outcome::refused, "refused"},
    {Outcome::reset, "reset"},
    {Outcome::timed_out, "timed-out"},
    {Outcome::too_many_files, "too-many-files"},
    {Outcome::unreachable, "unreachable"},
    {Outcome::would_block, "would-block"},
    {Outcome::other_error, "other-error"},
    {Outcome::corrupt, "corrupt"},
    {Outcome::data, "data"},
    {Outcome::data_lost, "data-lost"},
    {Outcome::early, "early"},
    {Outcome::late, "late"},
    {Outcome::missing, "missing"},
    {Outcome::partial, "partial"},
    {Outcome::reordered, "reordered"},
    {Outcome::too_much, "too-much"},
    {Outcome::truncated, "truncated"},
    {Outcome::unusable, "unusable"},
    {Outcome::whole, "whole"},
    {Outcome::at_once, "at-once"},
    {Outcome::blocks, "blocks"},
    {Outcome::closed, "closed"},
    {Outcome::differs, "differs"},
    {Outcome::error, "error"},
    {Outcome::first, "first"},
    {Outcome::hang_up, "hang-up"},
    {Outcome::ignored, "ignored"},
    {Outcome::inherited, "inherited"},
    {Outcome::interrupted, "interrupted"},
    {Outcome::killed, "killed"},
    {Outcome::last, "last"},
    {Outcome::nothing, "nothing"},
    {Outcome::once, "once"},
    {Outcome::pending, "pending"},
    {Outcome::quiet, "quiet"},
    {Outcome::ready, "ready"},
    {Outcome::same, "same"},
    {Outcome::separate, "separate"},
    {Outcome::shared, "shared"},
    {Outcome::twice, "twice"},
    {Outcome::urgent, "urgent"},
    {Outcome::writable, "writable"},
    {Outcome::no_ipv6, "no-ipv6"},
    {Outcome::no_pending_connect, "none-pending"},
    {Outcome::not_applicable, "n/a"},
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

std::string name(const Outcomes& outcomes) {
    std::string text;
    for (Outcome outcome : outcomes) {
        if (!text.empty()) text += '+';
        text += name(outcome);
    }
    return text;
}

bool is_outcome(std::string_view text) noexcept {
    for (std::size_t at = 0; at <= text.size();) {
        const std::size_t end = std::min(text.find('+', at), text.size());
        if (std::ranges::find(names, text.substr(at, end - at), &Entry::name) == std::end(names)) return false;
        at = end + 1;
    }
    return true;
}

// Raw probes call errors by the same words.
Outcome outcome_of(const pier::Error& error) noexcept {
    const std::string_view word = pier::spi::outcome_word(error.condition);
    const auto* entry = std::ranges::find(names, word, &Entry::name);
    return entry == std::end(names) ? Outcome::other_error : entry->outcome;
}

Verdict observed(const pier::Error& error) { return {outcome_of(error), pier::describe(error)}; }

Verdict lost_or(const pier::Error& error) {
    for (pier::Errc lost : {pier::Errc::broken_pipe, pier::Errc::connection_reset, pier::Errc::connection_aborted}) {
        if (error == lost) return {Outcome::lost};
    }
    return observed(error);
}

Verdict failed(std::string_view step, const pier::Error& error) {
    return {Outcome::failed, std::string(step) + ": " + pier::describe(error)};
}

Verdict failed(std::string_view step) { return {Outcome::failed, std::string(step)}; }

Verdict not_applicable(std::string_view reason) { return {Outcome::not_applicable, std::string(reason)}; }

}  // namespace pier::behaviour
