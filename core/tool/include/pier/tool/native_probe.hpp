// The raw probes of pier-compare: what bare system calls of this system do. A backend defines them in a library of its
// own, pier::native_probes, which only pier-compare links.
#pragma once

#include <pier/result.hpp>

#include <span>
#include <string>
#include <string_view>

namespace pier::spi {

struct NativeVerdict {
    std::string outcome;   // words of pier-compare's list, joined by "+"; "n/a" with the reason as detail
    std::string detail{};  // for people
};

struct NativeProbe {
    std::string_view id;  // as of pier-compare's behaviour
    // Blocks, with a bound of its own; on any thread. May throw std::runtime_error where a step before the observation
    // fails.
    NativeVerdict (*run)() = nullptr;
    std::string_view not_applicable{};  // instead of run: why this system has no such thing
};

// Static storage; found at link time.
[[nodiscard]] std::span<const NativeProbe> native_probes();

// The outcome's word for a condition: the same in raw probes and in those on core's operations.
[[nodiscard]] constexpr std::string_view outcome_word(Errc condition) noexcept {
    switch (condition) {
        case Errc::ok:
            return "works";
        case Errc::address_in_use:
            return "in-use";
        case Errc::address_not_available:
            return "not-available";
        case Errc::already_connected:
            return "connected";
        case Errc::already_in_progress:
            return "in-progress";
        case Errc::bad_address_text:
            return "bad-address";
        case Errc::broken_pipe:
            return "broken-pipe";
        case Errc::connection_aborted:
            return "aborted";
        case Errc::connection_refused:
            return "refused";
        case Errc::connection_reset:
            return "reset";
        case Errc::end_of_stream:
            return "end";
        case Errc::host_not_found:
        case Errc::service_not_found:
            return "not-found";
        case Errc::host_unreachable:
        case Errc::network_unreachable:
            return "unreachable";
        case Errc::invalid_argument:
            return "invalid";
        case Errc::message_size:
            return "message-size";
        case Errc::no_protocol_option:
            return "no-option";
        case Errc::not_a_socket:
            return "not-a-socket";
        case Errc::not_connected:
            return "unconnected";
        case Errc::not_supported:
        case Errc::address_family_not_supported:
            return "unsupported";
        case Errc::one_operation_at_a_time:
            return "one-at-a-time";
        case Errc::operation_canceled:
            return "canceled";
        case Errc::operation_would_block:
            return "would-block";
        case Errc::permission_denied:
            return "denied";
        case Errc::timed_out:
            return "timed-out";
        case Errc::too_many_files_open:
            return "too-many-files";
        default:
            return "other-error";
    }
}

}  // namespace pier::spi
