#include "value.hpp"

#include <pier/cli/printable.hpp>
#include <pier/sys/interface.hpp>
#include <pier/sys/options.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

namespace sockopt {
namespace {

using pier::option::Entry;
using pier::option::Raw;
using pier::option::Unit;

std::string_view unit_of(const Entry& entry) noexcept {
    switch (entry.unit) {
        case Unit::bytes:
            return " bytes";
        case Unit::seconds:
        case Unit::linger:
            return " s";
        case Unit::milliseconds:
            return " ms";
        default:
            return "";
    }
}

std::string number_text(const Entry& entry, std::int64_t number) {
    switch (entry.unit) {
        case Unit::flag:
            return number != 0 ? "on" : "off";
        case Unit::linger:
            if (number < 0) return "off";
            break;
        case Unit::type:
            return number == static_cast<int>(pier::option::SocketType::datagram) ? "datagram" : "stream";
        default:
            break;
    }
    return std::to_string(number).append(unit_of(entry));
}

std::string info_text(const pier::option::TcpInfo& info) {
    return "round trip " + std::to_string(info.round_trip.count()) + " us, retransmitted " +
           std::to_string(info.retransmitted_bytes) + " bytes, congestion window " +
           std::to_string(info.congestion_window) + " bytes, segment " + std::to_string(info.maximum_segment) +
           " bytes";
}

// Digits with a sign; nothing else, and nothing behind them. A number that is too large is one that is in no range.
std::optional<std::int64_t> number_of(std::string_view text) noexcept {
    std::int64_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, number);
    if (text.empty() || stopped != end) return std::nullopt;
    if (failure == std::errc::result_out_of_range) return text.front() == '-' ? INT64_MIN : INT64_MAX;
    if (failure != std::errc{}) return std::nullopt;
    return number;
}

// "60", "60s", "500ms": in the unit of the option.
std::optional<std::int64_t> time_of(const Entry& entry, std::string_view text) noexcept {
    const bool in_milliseconds = entry.unit == Unit::milliseconds;
    if (in_milliseconds && text.ends_with("ms")) return number_of(text.substr(0, text.size() - 2));
    if (!text.ends_with('s')) return number_of(text);
    const auto seconds = number_of(text.substr(0, text.size() - 1));
    if (!seconds || !in_milliseconds) return seconds;
    // What is beyond this is in no range, before and behind the multiplication.
    return std::clamp<std::int64_t>(*seconds, INT32_MIN, INT32_MAX) * 1000;
}

std::optional<std::int64_t> switch_of(std::string_view text) noexcept {
    if (text == "on" || text == "1") return 1;
    if (text == "off" || text == "0") return 0;
    return std::nullopt;
}

std::optional<std::int64_t> interface_of(std::string_view text) {
    if (const auto number = number_of(text)) return number;
    const std::uint32_t index = pier::sys::interface_index(text);
    if (index == 0) return std::nullopt;
    return index;
}

// How many characters have to be put in, left out or changed (Levenshtein).
std::size_t distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

constexpr std::size_t longest_name = 64;  // that is compared with others; what is longer is none of them
constexpr std::size_t farthest = 4;       // beyond which two names are different words

}  // namespace

std::string text_of(const Entry& entry, const Raw& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return number_text(entry, *number);
    if (const auto* text = std::get_if<std::string>(&value)) return pier::printable(*text);
    if (const auto* error = std::get_if<pier::Error>(&value)) return *error ? pier::describe(*error) : "none";
    return info_text(std::get<pier::option::TcpInfo>(value));
}

std::string range_of(const Entry& entry) {
    const std::string numbers = std::to_string(entry.least) + " to " + std::to_string(entry.most);
    switch (entry.unit) {
        case Unit::flag:
            return "on or off";
        case Unit::linger:
            return "off, or 0 to " + std::to_string(entry.most) + " s";
        case Unit::interface_index:
            return "the name or the number of an interface, or 0";
        case Unit::text:
            return "a text of " + numbers + " bytes";
        case Unit::type:
        case Unit::error:
        case Unit::tcp_info:
            return "nothing";
        default:
            return numbers + std::string(unit_of(entry));
    }
}

std::expected<Raw, std::string> parse(const Entry& entry, std::string_view text) {
    std::optional<std::int64_t> number;
    switch (entry.unit) {
        case Unit::flag:
            number = switch_of(text);
            break;
        case Unit::linger:
            number = text == "off" ? -1 : time_of(entry, text);
            // -1 is the table's own word for it.
            if (text != "off" && number && *number < 0) number.reset();
            break;
        case Unit::seconds:
        case Unit::milliseconds:
            number = time_of(entry, text);
            break;
        case Unit::interface_index:
            number = interface_of(text);
            break;
        case Unit::text: {
            Raw value = std::string(text);
            if (pier::option::in_range(entry, value)) return value;
            break;
        }
        default:
            number = number_of(text);
            break;
    }
    if (number && pier::option::in_range(entry, *number)) {
        // Made in place: GCC 12 takes a variant that is moved for one that may hold nothing.
        return std::expected<Raw, std::string>(std::in_place, std::in_place_type<std::int64_t>, *number);
    }
    return std::unexpected("it takes " + range_of(entry));
}

std::expected<const Entry*, std::string> find(std::string_view name) {
    if (const Entry* known = pier::option::find(name)) return known;
    std::string sentence = "there is no option \"" + pier::printable(name.substr(0, longest_name)) + "\"";
    const Entry* meant = nullptr;
    std::size_t nearest = farthest;
    for (const Entry& each : pier::option::table()) {
        for (const pier::Family family : {pier::Family::ipv4, pier::Family::ipv6}) {
            const std::string_view native = pier::sys::native_option(each.id, family).name;
            if (!native.empty() && native == name)
                return std::unexpected(sentence + "; it is " + std::string(each.name));
        }
        if (name.size() > longest_name) continue;
        const std::size_t here = distance(name, each.name);
        // A short name is soon another one.
        if (here < nearest && here * 2 < each.name.size()) {
            nearest = here;
            meant = &each;
        }
    }
    if (meant == nullptr) return std::unexpected(sentence + "; without a name all are listed");
    return std::unexpected(sentence + "; is it " + std::string(meant->name) + "?");
}

}  // namespace sockopt
