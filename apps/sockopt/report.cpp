#include "report.hpp"

#include "program.hpp"
#include "value.hpp"

#include <pier/sys/options.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sockopt {
namespace {

using Json = nlohmann::ordered_json;
using pier::Errc;
using pier::option::Access;
using pier::option::Entry;
using pier::option::Raw;
using pier::option::Unit;
using pier::spi::SocketKind;

bool is_absent(const Row& row) noexcept { return !row.value && row.value.error() == Errc::not_supported; }

std::string value_text(const Row& row) {
    if (row.value) return text_of(*row.entry, *row.value);
    return is_absent(row) ? "not on this system" : std::string(row.value.error().message());
}

std::string_view name_of(Unit unit) noexcept {
    switch (unit) {
        case Unit::flag:
            return "flag";
        case Unit::count:
            return "count";
        case Unit::bytes:
            return "bytes";
        case Unit::seconds:
        case Unit::linger:
            return "seconds";
        case Unit::milliseconds:
            return "milliseconds";
        case Unit::interface_index:
            return "interface";
        case Unit::type:
            return "type";
        case Unit::text:
            return "text";
        case Unit::error:
            return "error";
        case Unit::tcp_info:
            return "tcp_info";
    }
    return "";
}

// A switch is true or false, "off" of linger and no error are null.
Json value_json(const Entry& entry, const Raw& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        if (entry.unit == Unit::flag) return *number != 0;
        if (entry.unit == Unit::linger && *number < 0) return nullptr;
        if (entry.unit == Unit::type) return text_of(entry, value);
        return *number;
    }
    if (const auto* info = std::get_if<pier::option::TcpInfo>(&value)) {
        return {{"round_trip_us", info->round_trip.count()},
                {"retransmitted_bytes", info->retransmitted_bytes},
                {"congestion_window", info->congestion_window},
                {"maximum_segment", info->maximum_segment}};
    }
    if (const auto* error = std::get_if<pier::Error>(&value); error != nullptr && !*error) return nullptr;
    return text_of(entry, value);
}

Json json_of(const Options& options, const Row& row) {
    const Entry& entry = *row.entry;
    const auto native = pier::sys::native_option(entry.id, options.family);
    const bool has_range = entry.access == Access::read_write;
    return {{"name", entry.name},
            {"level", native.name.empty() ? Json(nullptr) : Json(native.level_name)},
            {"native", native.name.empty() ? Json(nullptr) : Json(native.name)},
            {"supported", !is_absent(row)},
            {"unit", name_of(entry.unit)},
            {"value", row.value ? value_json(entry, *row.value) : Json(nullptr)},
            {"text", value_text(row)},
            {"default", entry.usual},
            {"writable", has_range},
            {"takes", has_range ? Json(range_of(entry)) : Json(nullptr)},
            {"meaning", entry.meaning},
            {"promise", entry.promise}};
}

}  // namespace

std::string socket_text(const Options& options) {
    std::string text = options.kind == SocketKind::datagram   ? "a UDP socket"
                       : options.kind == SocketKind::listener ? "a TCP listener"
                                                              : "a TCP socket";
    return text.append(options.family == pier::Family::ipv6 ? " of IPv6" : " of IPv4");
}

std::string table(const Options& options, const std::vector<Row>& rows) {
    constexpr std::size_t columns = 4;
    std::vector<std::vector<std::string>> cells{{"option", "value", "default", "set"}};
    for (const Row& row : rows) {
        cells.push_back({std::string(row.entry->name), value_text(row), std::string(row.entry->usual),
                         row.entry->access == Access::read_write ? "yes" : "no"});
    }
    // One long text does not make its whole column as wide.
    constexpr std::size_t widest = 34;
    std::size_t width[columns] = {};
    for (const auto& line : cells) {
        for (std::size_t i = 0; i < columns; ++i) {
            if (line[i].size() <= widest) width[i] = std::max(width[i], line[i].size());
        }
    }
    std::string text = socket_text(options) + "\n";
    for (std::size_t at = 0; at < cells.size(); ++at) {
        text += "  ";
        for (std::size_t i = 0; i < columns; ++i) {
            const std::string& cell = cells[at][i];
            text.append(cell).append(cell.size() < width[i] ? width[i] - cell.size() : 0, ' ').append("  ");
        }
        text.append(at == 0 ? "meaning" : rows[at - 1].entry->meaning).append("\n");
    }
    return text;
}

std::string json(const Options& options, const std::vector<Row>& rows) {
    Json all{{"program", program},
             {"kind", options.kind == SocketKind::datagram   ? "datagram"
                      : options.kind == SocketKind::listener ? "listener"
                                                             : "stream"},
             {"family", options.family == pier::Family::ipv6 ? "ipv6" : "ipv4"},
             {"options", Json::array()}};
    for (const Row& row : rows) all["options"].push_back(json_of(options, row));
    return all.dump(2) + "\n";
}

}  // namespace sockopt
