#include "report.hpp"

#include <pier/cli/printable.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdio>

namespace ping {
namespace {

using Json = nlohmann::ordered_json;

double milliseconds(Nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

std::string number(const char* form, double value) {
    std::array<char, 64> text{};
    // A form of this file's own, with one double.
    const int size = std::snprintf(text.data(), text.size(), form, value);
    return size > 0 ? std::string(text.data()) : std::string();
}

// As ping has it: three digits that matter, and not fewer than the unit.
std::string digits(double value) {
    if (value >= 99.95) return number("%.0f", value);
    if (value >= 9.995) return number("%.1f", value);
    return number(value >= 0.9995 ? "%.2f" : "%.3f", value);
}

std::string hexadecimal(std::uint8_t value) {
    constexpr std::string_view all = "0123456789abcdef";
    std::string text = "0x";
    if (value > 15) text += all[value >> 4U];
    text += all[value & 15U];
    return text;
}

// Microseconds are what can be known; more digits would only look so.
double rounded(double value) { return std::round(value * 1000) / 1000; }

std::string line(const Json& json) { return json.dump() + "\n"; }

}  // namespace

std::string Report::whose() const { return named_ ? pier::printable(host_) + ": " : std::string(); }

std::string Report::name_of(const pier::Endpoint& from) const {
    const std::string address = from.address_string();
    const bool has_name = from == target_ && host_ != address && !pier::Endpoint::parse_address(host_);
    return has_name ? pier::printable(host_) + " (" + address + ")" : address;
}

std::string Report::begun() const {
    const std::string address = target_.address_string();
    const bool is_v4 = target_.family() == pier::Family::ipv4;
    if (options_.json) {
        return line({{"event", "begin"},
                     {"host", pier::printable(host_)},
                     {"address", address},
                     {"family", is_v4 ? "ipv4" : "ipv6"},
                     {"size", options_.size}});
    }
    std::string text = "PING " + pier::printable(host_) + " (" + address + ") " + std::to_string(options_.size);
    if (is_v4) return text + "(" + std::to_string(options_.size + 28) + ") bytes of data.\n";
    return text + " data bytes\n";
}

std::string Report::answered(const Answer& answer, const Seen& seen) const {
    if (options_.quiet) return {};
    if (options_.json) {
        Json fact{{"event", seen.duplicate ? "duplicate" : "answer"},
                  {"host", pier::printable(host_)},
                  {"from", seen.from.address_string()},
                  {"sequence", answer.sequence},
                  {"bytes", answer.size}};
        if (seen.hop_limit) fact["ttl"] = *seen.hop_limit;
        fact["milliseconds"] = rounded(milliseconds(seen.round_trip));
        if (seen.late) fact["late"] = true;
        if (answer.shorter) fact["truncated"] = true;
        if (answer.longer) fact["longer"] = true;
        if (answer.wrong) {
            fact["wrong_byte"] = {
                {"place", answer.wrong->place}, {"expected", answer.wrong->expected}, {"found", answer.wrong->found}};
        }
        return line(fact);
    }
    if (options_.flood) return {};
    std::string text = whose() + std::to_string(answer.size) + " bytes from " + name_of(seen.from) +
                       ": icmp_seq=" + std::to_string(answer.sequence);
    if (seen.hop_limit) text += " ttl=" + std::to_string(*seen.hop_limit);
    text += " time=" + digits(milliseconds(seen.round_trip)) + " ms";
    if (seen.duplicate) text += " (DUP!)";
    if (seen.late) text += " (late)";
    if (answer.shorter) text += " (truncated)";
    if (answer.longer) text += " (longer than the request)";
    text += '\n';
    if (answer.wrong) {
        text += whose() + "wrong data byte #" + std::to_string(answer.wrong->place) + " should be " +
                hexadecimal(answer.wrong->expected) + " but was " + hexadecimal(answer.wrong->found) + "\n";
    }
    return text;
}

std::string Report::failed(const Answer& failure, const Seen& seen) const {
    const std::string what = describe_failure(target_.family(), failure);
    const bool is_known = seen.from.family() != pier::Family::unspecified;
    if (options_.quiet) return {};
    if (options_.json) {
        Json fact{{"event", "failure"}, {"host", pier::printable(host_)}};
        if (is_known) fact["from"] = seen.from.address_string();
        fact.update({{"sequence", failure.sequence}, {"type", failure.type}, {"code", failure.code}, {"what", what}});
        if (failure.mtu != 0) fact["mtu"] = failure.mtu;
        return line(fact);
    }
    if (options_.flood) return {};
    return whose() + "From " + (is_known ? name_of(seen.from) : std::string("this machine")) +
           " icmp_seq=" + std::to_string(failure.sequence) + " " + what + "\n";
}

std::string Report::not_sent(std::uint16_t sequence, const pier::Error& error) const {
    if (options_.quiet) return {};
    if (options_.json) {
        return line({{"event", "not_sent"},
                     {"host", pier::printable(host_)},
                     {"sequence", sequence},
                     {"what", pier::describe(error)}});
    }
    if (options_.flood) return {};
    return whose() + "icmp_seq=" + std::to_string(sequence) + " not sent: " + pier::describe(error) + "\n";
}

std::string Report::ended(const Statistics& statistics, Nanoseconds took) const {
    const bool has_times = statistics.received() > 0;
    if (options_.json) {
        Json fact{{"event", "statistics"},
                  {"host", pier::printable(host_)},
                  {"address", target_.address_string()},
                  {"transmitted", statistics.transmitted()},
                  {"received", statistics.received()},
                  {"duplicates", statistics.duplicates()},
                  {"late", statistics.lates()},
                  {"corrupted", statistics.corruptions()},
                  {"strangers", statistics.strangers()},
                  {"errors", statistics.failures()},
                  {"loss_percent", rounded(statistics.loss())},
                  {"milliseconds", rounded(milliseconds(took))}};
        if (has_times) {
            fact["rtt"] = {{"min", rounded(statistics.least())},
                           {"avg", rounded(statistics.mean())},
                           {"max", rounded(statistics.most())},
                           {"mdev", rounded(statistics.deviation())}};
        }
        return line(fact);
    }
    std::string text = "\n--- " + pier::printable(host_) + " ping statistics ---\n" +
                       std::to_string(statistics.transmitted()) + " packets transmitted, " +
                       std::to_string(statistics.received()) + " received, ";
    const auto more = [&](std::uint64_t count, std::string_view what) {
        if (count != 0) text.append("+").append(std::to_string(count)).append(" ").append(what).append(", ");
    };
    more(statistics.duplicates(), "duplicates");
    more(statistics.lates(), "late");
    more(statistics.corruptions(), "corrupted");
    more(statistics.strangers(), "strangers");
    more(statistics.failures(), "errors");
    text += number("%.6g", statistics.loss()) + "% packet loss, time " + number("%.0f", milliseconds(took)) + " ms\n";
    if (has_times) {
        text += "rtt min/avg/max/mdev = " + number("%.3f", statistics.least()) + "/" +
                number("%.3f", statistics.mean()) + "/" + number("%.3f", statistics.most()) + "/" +
                number("%.3f", statistics.deviation()) + " ms\n";
    }
    return text;
}

}  // namespace ping
