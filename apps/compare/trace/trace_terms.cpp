#include "trace/trace_terms.hpp"

#include <algorithm>
#include <array>

namespace compare {
namespace {

using pier::spi::Moment;
using pier::spi::TraceStep;
using pier::spi::Verb;

struct Terms {
    std::string_view engine;
    std::string_view wait;    // the call that sleeps
    std::string_view arm;     // what tells the system of interest
    std::string_view submit;  // what hands an operation over
    std::string_view notice;  // what tells of its end
};

constexpr Terms all_terms[] = {
    {"epoll-et", "epoll_wait", "epoll_ctl, edge-triggered", "", ""},
    {"epoll-lt", "epoll_wait", "epoll_ctl, level-triggered", "", ""},
    {"poll", "poll", "in poll's array", "", ""},
    {"select", "select", "in select's sets", "", ""},
    {"wsa-event", "WSAWaitForMultipleEvents", "WSAEventSelect", "", ""},
    {"wsa-select", "select", "in select's sets", "", ""},
    {"blocking", "for this socket alone", "", "", ""},
    {"io_uring", "io_uring_enter", "", "submission entry", "completion entry"},
    {"overlapped-event", "WaitForSingleObject", "", "overlapped call", "event signalled"},
    {"overlapped-apc", "alertable wait", "", "overlapped call", "routine called"},
    {"iocp", "GetQueuedCompletionStatusEx", "", "overlapped call", "completion packet"},
    {"uv", "uv_run", "", "libuv's request", "libuv's callback"},
};

constexpr Terms terms_of(std::string_view engine) noexcept {
    const auto* found = std::ranges::find(all_terms, engine, &Terms::engine);
    return found == std::end(all_terms) ? Terms{engine, "a wait", "", "", ""} : *found;
}

constexpr std::string_view word(Moment moment) noexcept {
    switch (moment) {
        case Moment::attached:
            return "attached";
        case Moment::started:
            return "started";
        case Moment::tried:
            return "tried";
        case Moment::would_block:
            return "would block";
        case Moment::armed:
            return "armed";
        case Moment::disarmed:
            return "disarmed";
        case Moment::submitted:
            return "submitted";
        case Moment::waited:
            return "waited";
        case Moment::event:
            return "event";
        case Moment::completion:
            return "completion";
        case Moment::moved:
            return "moved";
        case Moment::completed:
            return "completed";
        case Moment::cancel:
            return "cancel";
        case Moment::released:
            return "released";
    }
    return "";
}

constexpr std::string_view word(Verb verb) noexcept {
    switch (verb) {
        case Verb::accept:
            return "accept";
        case Verb::connect:
            return "connect";
        case Verb::receive:
            return "receive";
        case Verb::send:
            return "send";
        case Verb::receive_from:
            return "receive from";
        case Verb::send_to:
            return "send to";
        case Verb::wait:
            return "wait";
        case Verb::send_file:
            return "send file";
        case Verb::none:
            break;
    }
    return "";
}

std::string interest(std::uint8_t bits) {
    std::string text;
    if ((bits & pier::spi::input) != 0) text = "readable";
    if ((bits & pier::spi::output) != 0) text += text.empty() ? "writable" : " and writable";
    return text.empty() ? "nothing" : text;
}

std::string bytes(std::size_t count) { return std::to_string(count) + (count == 1 ? " byte" : " bytes"); }

std::string result(const TraceStep& told) {
    if (told.error.condition != pier::Errc::ok) return pier::describe(told.error);
    switch (told.verb) {
        case Verb::receive:
            return told.count == 0 ? "the end of the stream" : bytes(told.count);
        case Verb::send:
        case Verb::receive_from:
        case Verb::send_to:
            return bytes(told.count);
        default:
            return {};
    }
}

std::string with(std::string text, std::string_view more) {
    if (!text.empty() && !more.empty()) text += ", ";
    return text += more;
}

// AcceptEx and ConnectEx take no routine.
std::string notice(const TraceStep& told, const Terms& terms) {
    const bool no_routine = told.verb == Verb::accept || told.verb == Verb::connect;
    if (terms.engine == "overlapped-apc" && no_routine) return "event signalled";
    return std::string(terms.notice);
}

// A listener's accepts and a stream's receives share one entry, armed once and for all.
std::string handed_over_by(const TraceStep& told, const Terms& terms) {
    const bool of_stream = told.verb == Verb::receive && !told.socket.starts_with("datagram");
    if (terms.engine == "io_uring" && (of_stream || told.verb == Verb::accept)) return "multishot entry, new or armed";
    return std::string(terms.submit);
}

// Not what the call returned: a wake-up brings none, and a cancelled one comes without an event.
std::string operations(std::size_t count) {
    if (count == 0) return "no operation";
    return std::to_string(count) + (count == 1 ? " operation" : " operations");
}

std::string detail(const TraceStep& told, const Terms& terms) {
    switch (told.moment) {
        case Moment::armed:
        case Moment::disarmed:
            return with(interest(told.bits), terms.arm);
        case Moment::event:
            return interest(told.bits);
        case Moment::submitted:
            return handed_over_by(told, terms);
        case Moment::completion:
            return notice(told, terms);
        case Moment::waited:
            return with(std::string(terms.wait), operations(told.count));
        case Moment::moved:
        case Moment::completed:
            return with(result(told), told.at_once ? "at once" : "");
        default:
            return {};
    }
}

}  // namespace

Step step_of(const TraceStep& told, std::string_view engine) {
    return {.socket = told.socket,
            .operation = std::string(word(told.verb)),
            .what = std::string(word(told.moment)),
            .detail = detail(told, terms_of(engine))};
}

}  // namespace compare
