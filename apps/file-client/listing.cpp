#include "listing.hpp"

#include "program.hpp"
#include "wire.hpp"

#include <pier/cli/json_list.hpp>
#include <pier/cli/program.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <set>
#include <utility>

namespace file_client {
namespace {

using pier::transfer::Entry;
using pier::transfer::ListEnd;

// Of a list, which is kept in memory: a server that never ends it is no server.
constexpr std::size_t most_entries = 1'000'000;

bool is_named_by(const Entry& entry, const std::string& name) {
    if (!entry.name.starts_with(name)) return false;
    return entry.name.size() == name.size() || entry.name[name.size()] == '/';
}

// "2026-11-30 20:15:00", UTC.
std::string date_of(std::int64_t nanoseconds) {
    using namespace std::chrono;
    const sys_time<std::chrono::nanoseconds> time{std::chrono::nanoseconds(nanoseconds)};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<seconds>(time - day));
    std::array<char, 64> text;
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

}  // namespace

pier::Task<std::optional<Listing>> fetch_listing(const Options& options) {
    Wire wire(options);
    pier::transfer::Request request = pier::transfer::ListRequest{};
    auto answer = co_await wire.ask(std::move(request));
    if (!answer) co_return std::nullopt;
    if (!std::holds_alternative<pier::transfer::ListHeader>(*answer)) {
        complain_of_server(options, {pier::Errc::protocol_error, 0});
        co_return std::nullopt;
    }
    Listing listing;
    std::set<std::string> unknown(options.names.begin(), options.names.end());
    for (std::uint64_t files = 0;; ++files) {
        auto line = co_await wire.next_line();
        if (!line) {
            complain_of_server(options, line.error());
            co_return std::nullopt;
        }
        auto parsed = pier::transfer::parse_list_line(*line);
        const auto* end = parsed ? std::get_if<ListEnd>(&*parsed) : nullptr;
        if (!parsed || files > most_entries || (end != nullptr && end->files != files)) {
            complain_of_server(options, {pier::Errc::protocol_error, 0});
            co_return std::nullopt;
        }
        if (end != nullptr) {
            listing.left_out = end->left_out;
            break;
        }
        auto& entry = std::get<Entry>(*parsed);
        bool wanted = options.names.empty();
        for (const std::string& name : options.names) {
            if (!is_named_by(entry, name)) continue;
            wanted = true;
            unknown.erase(name);
        }
        if (wanted) listing.entries.push_back(std::move(entry));
    }
    listing.unknown.assign(unknown.begin(), unknown.end());
    co_await wire.thank();
    co_return listing;
}

bool say_missing(const Listing& listing) {
    for (const std::string& name : listing.unknown) {
        pier::say(program, name + ": the server has no such file or folder");
    }
    if (listing.left_out > 0) {
        const std::string count = std::to_string(listing.left_out);
        pier::say(program, (listing.left_out == 1 ? "1 thing is" : count + " things are") +
                               " not in the server's list: links that lead out, what is no file, what it may not read, "
                               "and names that not every system can have");
    }
    return !listing.unknown.empty();
}

std::string table(const Listing& listing) {
    if (listing.entries.empty()) return {};
    std::size_t width = std::string_view("size").size();
    for (const Entry& entry : listing.entries) width = std::max(width, std::to_string(entry.size).size());
    std::string text = std::string(width - 4, ' ') + "size  modified (UTC)     name\n";
    for (const Entry& entry : listing.entries) {
        const std::string size = std::to_string(entry.size);
        text.append(width - size.size(), ' ').append(size).append("  ");
        text.append(date_of(entry.modified)).append("  ").append(entry.name).append("\n");
    }
    return text;
}

std::string json(const Listing& listing) {
    pier::JsonList list(program, "files");
    std::string text;
    for (const Entry& entry : listing.entries) {
        const nlohmann::ordered_json each{
            {"name", entry.name}, {"size", entry.size}, {"modified", date_of(entry.modified)}};
        text += list.element(each.dump(2));
    }
    return text + list.end();
}

}  // namespace file_client
