#include "target.hpp"

#include "clocks.hpp"
#include "program.hpp"

#include <pier/cli/program.hpp>
#include <pier/packet/icmp.hpp>
#include <pier/packet/icmpv6.hpp>
#include <pier/socket/options.hpp>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

namespace ping {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Nanoseconds patience_at_first = seconds(10);
constexpr Nanoseconds shortest_unprivileged = milliseconds(200);
// A flood sends as soon as there is an answer, and at least so often.
constexpr Nanoseconds flood_interval = milliseconds(10);
constexpr std::size_t longest_packet = 65536;
constexpr int receive_buffer = 1 << 18;  // a hint

// Eight random bytes, which nobody who has not seen a request can answer with, and then numbers.
std::vector<std::byte> payload_of(std::size_t size) {
    std::vector<std::byte> payload(size);
    std::random_device source;
    for (std::size_t i = 0; i < size; ++i) {
        payload[i] = static_cast<std::byte>((i < 8 ? source() : i) & 0xffU);
    }
    return payload;
}

std::uint16_t random_identifier() {
    std::random_device source;
    return static_cast<std::uint16_t>(source() & 0xffffU);
}

}  // namespace

Target::Target(const Options& options, std::string host, const pier::Endpoint& address, bool named)
    : options_(options), host_(std::move(host)), address_(address), report_(options_, host_, address_, named) {}

bool Target::open() {
    pier::RawOptions wanted;
    if (options_.source) wanted.local = *options_.source;
    auto opened = pier::RawSocket::open_echo(address_.family(), wanted);
    if (!opened && opened.error() == pier::Errc::permission_denied) {
        pier::say(program,
                  "a socket of ICMP: " + pier::describe(opened.error()) +
                      "; on Linux \"setcap cap_net_raw+ep\" gives a program's file the privilege, or the "
                      "setting net.ipv4.ping_group_range gives it to groups; on Windows administrators have it");
        return false;
    }
    if (!opened) {
        pier::complain(program,
                       options_.source ? "a socket at " + options_.source->address_string() : "a socket of ICMP",
                       opened.error());
        return false;
    }
    socket_ = std::move(*opened);
    return prepare();
}

bool Target::prepare() {
    if (socket_.unprivileged() && (options_.flood || options_.interval < shortest_unprivileged)) {
        pier::say(program, "less than 0.2 seconds between two requests takes the privilege of raw sockets");
        return false;
    }
    if (options_.hop_limit) {
        if (auto set = socket_.set(pier::option::time_to_live{*options_.hop_limit}); !set) {
            pier::complain(program, "setting the time to live", set.error());
            return false;
        }
    }
    (void)socket_.set(pier::option::receive_buffer{receive_buffer});  // else the system's own has to do
    namespace packet = pier::packet;
    if (address_.family() == pier::Family::ipv6) {
        namespace type = packet::icmpv6_type;
        constexpr std::array types{type::echo_reply, type::unreachable, type::packet_too_big, type::time_exceeded,
                                   type::parameter_problem};
        socket_.accept_types(types);
    } else {
        namespace type = packet::icmp_type;
        constexpr std::array types{type::echo_reply, type::unreachable, type::time_exceeded, type::parameter_problem};
        socket_.accept_types(types);
    }
    question_.target = address_;
    question_.identifier = socket_.unprivileged() ? socket_.identifier() : random_identifier();
    question_.payload = payload_of(options_.size);
    return true;
}

Nanoseconds Target::patience() const noexcept {
    if (options_.patience) return *options_.patience;
    if (statistics_.received() == 0) return patience_at_first;
    const auto twice =
        std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double, std::milli>(2 * statistics_.most()));
    return std::max(twice, options_.flood ? flood_interval : options_.interval);
}

std::optional<Nanoseconds> Target::next_time() const noexcept {
    std::optional<Nanoseconds> next;
    if (has_more()) {
        next = next_send_;
    } else if (requests_.open() > 0) {
        next = last_sent_ + patience();
    }
    if (!next || !options_.deadline) return next;
    return std::min(*next, begun_ + *options_.deadline);
}

bool Target::is_over(Nanoseconds now) const noexcept {
    if (options_.deadline && now >= begun_ + *options_.deadline) return true;
    return !has_more() && now >= last_sent_ + patience();
}

pier::Task<bool> Target::send() {
    const std::uint16_t sequence = requests_.next();
    const std::vector<std::byte> message = request(question_, sequence);
    last_sent_ = monotonic();
    requests_.add(last_sent_, wall());
    statistics_.sent();
    const auto sent = co_await socket_.send_to(message, address_);
    // A request that waited for its turn is sent with the next one's time to come, not all at once.
    next_send_ = std::max(next_send_ + options_.interval, last_sent_);
    if (options_.flood) next_send_ = last_sent_ + flood_interval;
    if (sent) co_return true;
    if (sent.error() == pier::Errc::operation_canceled) co_return false;
    statistics_.failed();
    if (Request* mine = requests_.find(sequence)) mine->failed = true;
    if (statistics_.failures() == statistics_.transmitted()) failed_ = true;
    co_return print(report_.not_sent(sequence, sent.error()));
}

pier::Task<void> Target::run() {
    std::vector<std::byte> buffer(longest_packet);
    next_send_ = begun_ = ended_ = monotonic();
    bool goes_on = print(report_.begun());
    while (goes_on) {
        Nanoseconds now = monotonic();
        ended_ = now;
        const bool is_in_time = !options_.deadline || now < begun_ + *options_.deadline;
        if (is_in_time && has_more() && now >= next_send_) {
            goes_on = co_await send();
            if (!goes_on) break;
            now = monotonic();
        }
        const auto next = next_time();
        if (!next) break;
        const pier::Deadline limit = pier::after(std::max(*next - now, Nanoseconds{}));
        const auto came = co_await socket_.receive(buffer, limit);
        if (came) {
            goes_on = take(*came);
        } else if (came.error() == pier::Errc::operation_canceled) {
            break;
        } else if (came.error() == pier::Errc::timed_out) {
            // Only now: answers that came while this program stood still have been taken.
            if (is_over(monotonic())) break;
        } else {
            failed_ = true;
            pier::complain(program, "receiving from " + host_, came.error());
            break;
        }
    }
    ended_ = monotonic();
}

bool Target::take(const pier::RawPacket& packet) {
    const Answer answer = read_answer(packet, question_);
    std::string text;
    switch (answer.kind) {
        case Kind::foreign:
            return true;
        case Kind::broken:
            statistics_.corrupted();
            return true;
        case Kind::stranger:
            statistics_.stranger();
            return true;
        case Kind::answer:
            take_answer(answer, packet, text);
            break;
        case Kind::failure: {
            Request* request = requests_.find(answer.sequence);
            if (request == nullptr || request->answered || request->failed) return true;
            request->failed = true;
            statistics_.failed();
            Seen seen;
            seen.from = packet.failure ? packet.failure->from : packet.from;
            text = report_.failed(answer, seen);
            if (options_.flood) next_send_ = monotonic();
            break;
        }
    }
    return text.empty() || print(text);
}

void Target::take_answer(const Answer& answer, const pier::RawPacket& packet, std::string& text) {
    Request* request = requests_.find(answer.sequence);
    if (request == nullptr) {
        statistics_.stranger();
        return;
    }
    Seen seen;
    seen.from = packet.from;
    seen.hop_limit = packet.hop_limit;
    seen.round_trip = round_trip(*request, monotonic(), packet.arrived);
    seen.duplicate = request->answered;
    seen.late = options_.patience && seen.round_trip > *options_.patience;
    if (seen.duplicate) {
        statistics_.duplicate();
    } else {
        request->answered = true;
        statistics_.answered(seen.round_trip);
        failed_ = false;
        if (seen.late) statistics_.late();
        if (options_.flood) next_send_ = std::min(next_send_, monotonic());
    }
    text = report_.answered(answer, seen);
}

std::string Target::ended() const { return report_.ended(statistics_, ended_ - begun_); }

bool Target::was_reached() const noexcept {
    const bool wants_all = options_.deadline && options_.count != 0;
    return wants_all ? statistics_.received() >= options_.count : statistics_.received() > 0;
}

bool Target::print(const std::string& text) {
    if (pier::print(program, text)) return true;
    failed_ = true;
    return false;
}

}  // namespace ping
