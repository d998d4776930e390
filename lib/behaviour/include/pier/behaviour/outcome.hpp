// What can be seen of a behaviour: a short word from a closed list, or a few of them in the order of its steps.
#pragma once

#include <pier/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pier::behaviour {

enum class Outcome : std::uint8_t {
    works,
    // What operations report.
    aborted,
    address_in_use,
    already_connected,
    already_in_progress,
    bad_address,
    broken_pipe,
    canceled,
    end,  // of the stream
    invalid_argument,
    lost,  // the connection: which of broken-pipe, reset and aborted depends on what came first
    message_size,
    no_option,
    not_a_socket,
    not_available,
    not_connected,
    not_found,
    not_supported,
    one_at_a_time,
    permission_denied,
    refused,
    reset,
    timed_out,
    too_many_files,
    unreachable,
    would_block,
    other_error,
    // What bytes, posts and timers do.
    corrupt,
    data,
    data_lost,
    early,
    late,
    missing,
    partial,
    reordered,
    too_much,
    truncated,
    unusable,  // the operation ended as it should, and the stream is not fit for use afterwards
    whole,
    // What waits, calls and sockets do.
    at_once,
    blocks,
    closed,
    differs,
    error,  // a readiness call says so, beside or instead of "ready"
    first,
    hang_up,
    ignored,
    inherited,
    interrupted,  // by a signal
    killed,
    last,
    nothing,
    once,
    pending,
    quiet,  // nothing for 100 ms
    ready,
    same,
    separate,
    shared,
    twice,
    urgent,
    writable,
    // What has no observation.
    no_ipv6,
    no_pending_connect,  // the system gives no connection that stays undecided
    not_applicable,      // the question makes no sense there; the detail says why
    failed,              // a step on the way to the observation did
    hang,
    crash,
};

[[nodiscard]] std::string_view name(Outcome outcome) noexcept;

// One outcome or several, joined by "+" in print. Compares as a whole.
class Outcomes {
public:
    Outcomes(Outcome only) noexcept : words_{only} {}
    Outcomes& operator+=(Outcome next) noexcept {
        if (count_ < words_.size()) words_[count_++] = next;
        return *this;
    }
    friend Outcomes operator+(Outcomes left, Outcome right) noexcept { return left += right; }
    friend bool operator==(const Outcomes&, const Outcomes&) noexcept = default;

    [[nodiscard]] const Outcome* begin() const noexcept { return words_.data(); }
    [[nodiscard]] const Outcome* end() const noexcept { return words_.data() + count_; }

private:
    std::array<Outcome, 10> words_{};
    std::size_t count_ = 1;
};
[[nodiscard]] inline Outcomes operator+(Outcome left, Outcome right) noexcept { return Outcomes(left) + right; }

[[nodiscard]] std::string name(const Outcomes& outcomes);

// Whether the text is made of outcomes' names.
[[nodiscard]] bool is_outcome(std::string_view text) noexcept;

// Of an operation under observation.
[[nodiscard]] Outcome outcome_of(const pier::Error& error) noexcept;
template <class T>
[[nodiscard]] Outcome outcome_of(const pier::Result<T>& result) noexcept {
    return result ? Outcome::works : outcome_of(result.error());
}

// An outcome, and for people what came with it (never compared).
struct Verdict {
    Outcomes outcome = Outcome::works;
    std::string detail{};
};

// The end of an operation under observation: its error's outcome.
[[nodiscard]] Verdict observed(const pier::Error& error);
// The same of a send where the connection is gone.
[[nodiscard]] Verdict lost_or(const pier::Error& error);
// A step on the way went wrong, so that there is nothing to observe.
[[nodiscard]] Verdict failed(std::string_view step, const pier::Error& error);
[[nodiscard]] Verdict failed(std::string_view step);
[[nodiscard]] Verdict not_applicable(std::string_view reason);

}  // namespace pier::behaviour
