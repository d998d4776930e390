#include "trace/trace.hpp"

#include "answer.hpp"
#include "clocks.hpp"
#include "find.hpp"
#include "program.hpp"
#include "requests.hpp"
#include "trace/probes.hpp"

#include <pier/cli/link_trouble.hpp>
#include <pier/cli/printable.hpp>
#include <pier/cli/program.hpp>
#include <pier/datagram.hpp>
#include <pier/socket/look_up.hpp>
#include <pier/socket/options.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace ping {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_under_way = 16;
constexpr Nanoseconds usual_patience = std::chrono::seconds(3);
// What has been heard from the same router, or from one behind it, tells how long an answer takes: so many times as
// long is enough, as traceroute(8) does it. The first one is for the processor of a router that is asked too often.
constexpr int times_of_same_hop = 3;
constexpr int times_of_later_hop = 5;
constexpr Nanoseconds least_round_trip = std::chrono::milliseconds(1);
constexpr int most_packets = 1024;  // taken in a row
constexpr Nanoseconds patience_with_names = std::chrono::seconds(2);
constexpr std::size_t payload_size = 32;
constexpr std::size_t longest_packet = 65536;

struct Probe {
    Request request;
    bool is_done = false;
    pier::Endpoint from;  // without a family: no answer has come in time
    Nanoseconds round_trip{};
    std::string remark;
};

class Trace {
public:
    explicit Trace(const Options& options) : options_(options), probes_(options.most_hops * options.probes) {}

    pier::Task<int> run() {
        const bool found = co_await find();
        if (!found || !open()) co_return 2;
        if (!options_.json && !pier::print(program, headline())) co_return 2;
        std::vector<std::byte> buffer(longest_packet);
        while (next_line_ < hops()) {
            const bool sent = co_await send();
            if (!sent) co_return 2;
            const pier::Error failure = co_await receive(buffer);
            if (failure == pier::Errc::operation_canceled) co_return 130;
            if (failure) {
                pier::complain(program, "receiving", failure);
                co_return 2;
            }
            give_up_late_ones();
            const bool told = co_await tell();
            if (!told) co_return 2;
        }
        co_return last_hop_ ? 0 : 1;
    }

private:
    [[nodiscard]] std::size_t hops() const { return last_hop_ ? *last_hop_ + 1 : options_.most_hops; }

    pier::Task<bool> find() {
        const auto address = co_await find_address(options_.hosts.front(), options_.family);
        if (!address) co_return false;
        question_.target = *address;
        question_.method = options_.method;
        co_return true;
    }

    bool open() {
        const pier::Family family = question_.target.family();
        const bool is_v6 = family == pier::Family::ipv6;
        pier::RawOptions wanted;
        if (options_.source) wanted.local = *options_.source;
        auto opened = pier::RawSocket::open(family, is_v6 ? pier::IpProtocol::icmpv6 : pier::IpProtocol::icmp, wanted);
        if (!opened) {
            pier::say(program,
                      ("a raw socket of ICMP: " + pier::describe(opened.error()) + "; ").append(pier::raw_privilege));
            return false;
        }
        receiver_ = std::move(*opened);
        if (question_.method == Method::icmp) {
            std::random_device source;
            question_.identifier = static_cast<std::uint16_t>(source() & 0xffffU);
            return true;
        }
        auto bound = pier::Datagram::open(options_.source ? *options_.source : pier::Endpoint::any(family));
        if (!bound) {
            pier::complain(program, "a socket of UDP", bound.error());
            return false;
        }
        sender_ = std::move(*bound);
        question_.identifier = sender_.local().port();
        return true;
    }

    [[nodiscard]] std::string headline() const {
        return "traceroute to " + pier::printable(options_.hosts.front()) + " (" + question_.target.address_string() +
               "), " + std::to_string(options_.most_hops) + " hops max\n";
    }

    // As many as may be under way.
    pier::Task<bool> send() {
        while (next_probe_ < hops() * options_.probes && under_way_ < most_under_way) {
            const std::size_t number = next_probe_++;
            Probe& probe = probes_[number];
            const pier::option::time_to_live limit{static_cast<int>(number / options_.probes) + 1};
            const bool is_udp = question_.method == Method::udp;
            const auto set = is_udp ? sender_.set(limit) : receiver_.set(limit);
            if (!set) {
                pier::complain(program, "setting the time to live", set.error());
                co_return false;
            }
            ++under_way_;
            const auto port = static_cast<std::uint16_t>(is_udp ? TraceQuestion::first_port + number : 0);
            const pier::Endpoint to = question_.target.with_port(port);
            Question echo;
            echo.target = question_.target;
            echo.identifier = question_.identifier;
            echo.payload.resize(payload_size);
            const std::vector<std::byte> message =
                is_udp ? echo.payload : request(echo, static_cast<std::uint16_t>(number));
            probe.request.sent = monotonic();
            probe.request.sent_wall = wall();
            pier::Error error;
            if (is_udp) {
                const auto sent = co_await sender_.send_to(message, to);
                if (!sent) error = sent.error();
            } else {
                const auto sent = co_await receiver_.send_to(message, to);
                if (!sent) error = sent.error();
            }
            if (!error) continue;
            if (error != pier::Errc::operation_canceled) pier::complain(program, "sending", error);
            co_return false;
        }
        co_return true;
    }

    // What comes before the next probe is given up, and then whatever is there: answers wait in the socket while probes
    // are sent and names are looked up, and nobody is late before they have been taken. Packets of others may never
    // end.
    pier::Task<pier::Error> receive(std::span<std::byte> buffer) {
        pier::Deadline limit = pier::after(std::max(next_time() - monotonic(), Nanoseconds{}));
        for (int count = 0; count < most_packets; ++count) {
            const auto came = co_await receiver_.receive(buffer, limit);
            if (!came && came.error() == pier::Errc::timed_out) break;
            if (!came) co_return came.error();
            take(*came);
            limit = pier::after(Nanoseconds{});
        }
        co_return pier::Error();
    }

    [[nodiscard]] static bool has_answer(const Probe& probe) noexcept {
        return probe.from.family() != pier::Family::unspecified;
    }

    // How long the answer to a probe of that hop is waited for. What the user wants is kept to.
    [[nodiscard]] Nanoseconds patience(std::size_t hop) const {
        if (options_.patience) return *options_.patience;
        const auto begin = probes_.begin() + static_cast<std::ptrdiff_t>(hop * options_.probes);
        const auto end = begin + static_cast<std::ptrdiff_t>(options_.probes);
        const auto here = std::find_if(begin, end, has_answer);
        if (here != end) return patience_after(*here, times_of_same_hop);
        const auto later = std::find_if(end, probes_.end(), has_answer);
        return later == probes_.end() ? usual_patience : patience_after(*later, times_of_later_hop);
    }

    [[nodiscard]] static Nanoseconds patience_after(const Probe& heard, int times) {
        return std::min(usual_patience, times * (heard.round_trip + least_round_trip));
    }

    // When the next probe is given up.
    [[nodiscard]] Nanoseconds next_time() const {
        Nanoseconds next = monotonic() + usual_patience;
        for (std::size_t number = 0; number < next_probe_; ++number) {
            const Probe& probe = probes_[number];
            if (!probe.is_done) next = std::min(next, probe.request.sent + patience(number / options_.probes));
        }
        return next;
    }

    void end(Probe& probe) {
        probe.is_done = true;
        --under_way_;
    }

    void take(const pier::RawPacket& packet) {
        auto answer = read_trace_answer(packet, question_, next_probe_);
        if (!answer || probes_[answer->probe].is_done) return;
        Probe& probe = probes_[answer->probe];
        end(probe);
        probe.from = packet.from;
        probe.round_trip = round_trip(probe.request, monotonic(), packet.arrived);
        probe.remark = std::move(answer->remark);
        const std::size_t hop = answer->probe / options_.probes;
        if (answer->is_end) last_hop_ = std::min(last_hop_.value_or(hop), hop);
    }

    void give_up_late_ones() {
        const Nanoseconds now = monotonic();
        for (std::size_t number = 0; number < next_probe_; ++number) {
            Probe& probe = probes_[number];
            if (probe.is_done) continue;
            if (now >= probe.request.sent + patience(number / options_.probes)) end(probe);
        }
    }

    // The lines of the hops that are complete, in their order.
    pier::Task<bool> tell() {
        for (; next_line_ < hops(); ++next_line_) {
            const auto hop = std::span(probes_).subspan(next_line_ * options_.probes, options_.probes);
            if (!std::all_of(hop.begin(), hop.end(), [](const Probe& probe) { return probe.is_done; })) break;
            std::string text = std::to_string(next_line_ + 1);
            if (text.size() < 2) text.insert(0, 1, ' ');
            Json list = Json::array();
            pier::Endpoint before;
            for (const Probe& probe : hop) {
                const bool came = has_answer(probe);
                const double took = std::chrono::duration<double, std::milli>(probe.round_trip).count();
                Json fact = Json::object();
                if (!came) {
                    text += " *";
                    list.push_back(nullptr);
                    continue;
                }
                const std::string address = probe.from.address_string();
                if (probe.from != before) {
                    const std::string name = co_await name_of(probe.from);
                    text += "  " + (name.empty() ? address : name + " (" + address + ")");
                }
                before = probe.from;
                std::array<char, 48> number{};
                (void)std::snprintf(number.data(), number.size(), "  %.3f ms", took);  // a double has room
                text += number.data();
                if (!probe.remark.empty()) text += " " + probe.remark;
                fact["from"] = address;
                fact["milliseconds"] = std::round(took * 1000) / 1000;
                if (!probe.remark.empty()) fact["remark"] = probe.remark;
                list.push_back(std::move(fact));
            }
            const Json line{{"event", "hop"}, {"hop", next_line_ + 1}, {"probes", list}};
            if (!pier::print(program, options_.json ? line.dump() + "\n" : text + "\n")) co_return false;
        }
        co_return true;
    }

    // Empty without one.
    pier::Task<std::string> name_of(const pier::Endpoint& address) {
        if (options_.numeric || options_.json) co_return std::string();
        pier::NameLookUp question;
        question.required = true;
        question.numeric_service = true;
        auto name = co_await pier::look_up_name(address, question, pier::after(patience_with_names));
        co_return name ? pier::printable(name->host) : std::string();
    }

    const Options& options_;
    TraceQuestion question_;
    pier::RawSocket receiver_;
    pier::Datagram sender_;
    std::vector<Probe> probes_;
    std::size_t next_probe_ = 0;
    std::size_t under_way_ = 0;
    std::size_t next_line_ = 0;
    std::optional<std::size_t> last_hop_;
};

}  // namespace

pier::Task<int> trace(const Options& options) {
    Trace all(options);
    co_return co_await all.run();
}

}  // namespace ping
