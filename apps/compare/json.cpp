#include "json.hpp"

#include <pier/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace compare {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* format = "pier-compare";
// Raised when a reader of the older one would misunderstand the newer one.
constexpr int version = 1;

Json to_json(const Cell& cell, const Column& column) {
    Json json{{"system", column.system}, {"engine", column.engine}, {"outcome", cell.outcome}};
    json["in_contract"] = cell.in_contract;
    if (!cell.detail.empty()) json["detail"] = cell.detail;
    return json;
}

Json systems(const Report& report) {
    Json systems = Json::array();
    auto of = [&](const std::string& name) -> Json& {
        auto same = std::ranges::find_if(systems, [&](const Json& system) { return system["name"] == name; });
        if (same != systems.end()) return *same;
        systems.push_back({{"name", name}, {"engines", Json::array()}, {"absent", Json::array()}});
        return systems.back();
    };
    for (const Column& column : report.columns) of(column.system)["engines"].push_back(column.engine);
    for (const Absent& absent : report.absent) {
        of(absent.column.system)["absent"].push_back({{"engine", absent.column.engine}, {"reason", absent.reason}});
    }
    return systems;
}

std::expected<Report, std::string> read(const Json& json) {
    Report report;
    for (const Json& system : json.at("systems")) {
        const auto name = system.at("name").get<std::string>();
        for (const Json& engine : system.at("engines")) report.columns.push_back({name, engine.get<std::string>()});
        for (const Json& absent : system.at("absent")) {
            report.absent.push_back(
                {{name, absent.at("engine").get<std::string>()}, absent.at("reason").get<std::string>()});
        }
    }
    for (const Column& column : report.columns) {
        if (std::ranges::count(report.columns, column) == 1) continue;
        return std::unexpected("it lists " + column.engine + " on " + column.system + " twice");
    }
    for (const Json& behaviour : json.at("behaviours")) {
        Row row;
        row.id = behaviour.at("id").get<std::string>();
        row.question = behaviour.at("question").get<std::string>();
        row.contract = behaviour.at("contract").get<std::vector<std::string>>();
        row.blocking_contract = behaviour.value("blocking_contract", std::vector<std::string>());
        row.cells.resize(report.columns.size());
        for (const Json& outcome : behaviour.at("outcomes")) {
            const Column column{outcome.at("system").get<std::string>(), outcome.at("engine").get<std::string>()};
            auto place = std::ranges::find(report.columns, column);
            if (place == report.columns.end()) {
                return std::unexpected("it has an outcome of " + column.engine + " on " + column.system +
                                       ", which is not among its systems");
            }
            row.cells[static_cast<std::size_t>(place - report.columns.begin())] = {
                outcome.at("outcome").get<std::string>(), outcome.value("detail", std::string()),
                outcome.at("in_contract").get<bool>()};
        }
        report.rows.push_back(std::move(row));
    }
    return report;
}

}  // namespace

std::string to_json(const Report& report) {
    Json behaviours = Json::array();
    for (const Row& row : report.rows) {
        Json outcomes = Json::array();
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            if (!row.cells[i].outcome.empty()) outcomes.push_back(to_json(row.cells[i], report.columns[i]));
        }
        Json behaviour{{"id", row.id}, {"question", row.question}, {"contract", row.contract}};
        if (!row.blocking_contract.empty()) behaviour["blocking_contract"] = row.blocking_contract;
        behaviour["outcomes"] = std::move(outcomes);
        behaviours.push_back(std::move(behaviour));
    }
    const Json json{{"format", format},
                    {"version", version},
                    {"pier", std::string(pier::version)},
                    {"systems", systems(report)},
                    {"behaviours", std::move(behaviours)}};
    // Native texts may hold anything.
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::expected<Report, std::string> from_json(const std::string& text) {
    constexpr const char* no_report = "it is not a report of pier-compare";
    try {
        const Json json = Json::parse(text);
        if (json.value("format", std::string()) != format) return std::unexpected(no_report);
        if (json.at("version") != version) {
            return std::unexpected("its version is " + json.at("version").dump() + ", this program reads " +
                                   std::to_string(version));
        }
        return read(json);
    } catch (const Json::parse_error& error) {
        return std::unexpected("it is not JSON from byte " + std::to_string(error.byte) + " on");
    } catch (const Json::exception&) {
        return std::unexpected(std::string(no_report) + ": something in it is missing or of another type");
    }
}

}  // namespace compare
