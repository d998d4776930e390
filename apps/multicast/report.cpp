#include "report.hpp"

#include <pier/cli/printable.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace multicast {
namespace {

using Json = nlohmann::ordered_json;
using Place = Sequence::Place;

std::string line(const Json& json) { return json.dump() + "\n"; }

const char* word(Place place) noexcept {
    switch (place) {
        case Place::in_order:
            break;
        case Place::gap:
            return "gap";
        case Place::duplicate:
            return "duplicate";
        case Place::late:
            return "late";
    }
    return "in order";
}

std::string number(std::uint64_t value) { return "#" + std::to_string(value); }

std::string gap(const Sequence::Seen& seen) {
    std::string text = number(seen.first_missing);
    if (seen.last_missing != seen.first_missing) text += " to " + number(seen.last_missing);
    return text + " missing";
}

using Row = std::array<std::string, 6>;

std::string table(const std::vector<Row>& rows) {
    std::array<std::size_t, std::tuple_size_v<Row>> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    std::string text;
    for (const Row& row : rows) {
        std::string row_text;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (i > 0) row_text.append(2 + widths[i - 1] - row[i - 1].size(), ' ');
            row_text += row[i];
        }
        text += row_text + "\n";
    }
    return text;
}

}  // namespace

std::string Report::begun(std::uint16_t port) const {
    const bool sends = options_.mode == Mode::send;
    const std::string name = pier::printable(options_.interface_name);
    if (options_.form == Form::json) {
        Json json{{"event", sends ? "sending" : "receiving"},
                  {"group", options_.group.to_string()},
                  {"interface", name.empty() ? Json(nullptr) : Json(name)}};
        if (sends) {
            json["from_port"] = port;
            json["ttl"] = options_.time_to_live;
        } else {
            json["source"] = options_.source ? Json(options_.source->address_string()) : Json(nullptr);
        }
        return line(json);
    }
    std::string text = (sends ? "sending to " : "receiving ") + options_.group.to_string();
    if (!name.empty()) text += (sends ? " by " : " on ") + name;
    if (sends) text += " from port " + std::to_string(port) + ", TTL " + std::to_string(options_.time_to_live);
    if (options_.source) text += " of " + options_.source->address_string();
    return text + "\n";
}

std::string Report::came(const pier::Endpoint& from, std::size_t bytes, const std::optional<Packet>& packet,
                         const std::optional<Sequence::Seen>& seen) const {
    if (options_.quiet) return {};
    const auto text = packet && packet->text ? std::optional(pier::printable(*packet->text)) : std::nullopt;
    if (options_.form == Form::json) {
        const bool has_gap = seen && seen->place == Place::gap;
        return line({{"event", "datagram"},
                     {"sender", from.to_string()},
                     {"number", packet ? Json(packet->number) : Json(nullptr)},
                     {"order", seen ? Json(word(seen->place)) : Json(nullptr)},
                     {"missing", has_gap ? Json::array({seen->first_missing, seen->last_missing}) : Json(nullptr)},
                     {"bytes", bytes},
                     {"text", text ? Json(*text) : Json(nullptr)}});
    }
    const std::string sender = from.to_string();
    std::string lines;
    if (seen && seen->place == Place::gap) lines += sender + " " + gap(*seen) + "\n";
    lines += sender + " " + (packet ? number(packet->number) : "without a number");
    if (seen && (seen->place == Place::duplicate || seen->place == Place::late)) {
        lines += std::string(" (") + word(seen->place) + ")";
    }
    lines += text ? ": " + *text : ", " + std::to_string(bytes) + " bytes";
    return lines + "\n";
}

std::string Report::statistics(const Senders& senders) const {
    if (options_.form == Form::json) {
        Json list = Json::array();
        for (const auto& [key, sequence] : senders.all()) {
            list.push_back({{"sender", key.first.to_string()},
                            {"numbered", key.second.has_value()},
                            {"received", sequence.received()},
                            {"gaps", sequence.gaps()},
                            {"missing", sequence.missing()},
                            {"duplicates", sequence.duplicates()},
                            {"reordered", sequence.late()}});
        }
        return line({{"event", "statistics"},
                     {"received", senders.received()},
                     {"senders", std::move(list)},
                     {"of_further_senders", senders.beyond()}});
    }
    if (senders.received() == 0) return "nothing has come\n";
    std::vector<Row> rows{{"sender", "received", "gaps", "missing", "duplicates", "reordered"}};
    for (const auto& [key, sequence] : senders.all()) {
        rows.push_back({key.first.to_string(), std::to_string(sequence.received()), std::to_string(sequence.gaps()),
                        std::to_string(sequence.missing()), std::to_string(sequence.duplicates()),
                        std::to_string(sequence.late())});
        if (!key.second) std::fill(rows.back().begin() + 2, rows.back().end(), "-");
    }
    std::string text = table(rows);
    if (senders.beyond() > 0) text += std::to_string(senders.beyond()) + " more, of further senders\n";
    return text;
}

std::string Report::sent(std::uint64_t count) const {
    if (options_.form == Form::json) return line({{"event", "sent"}, {"count", count}});
    return "sent " + std::to_string(count) + (count == 1 ? " datagram\n" : " datagrams\n");
}

}  // namespace multicast
