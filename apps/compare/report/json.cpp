#include "report/json.hpp"

#include <pier/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace compare {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* format = "pier-compare";
constexpr const char* outcomes_format = "pier-compare outcomes";
// Raised when a reader of the older one would misunderstand the newer one.
constexpr int version = 2;

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

std::string refusal_of_version(const Json& of) {
    return "it is a report of version " + of.dump() + ", and this program reads version " + std::to_string(version) +
           ": let pier-compare make it again";
}

std::expected<void, std::string> read_systems(Report& report, const Json& systems) {
    for (const Json& system : systems) {
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
    return {};
}

Row read_texts(const Json& behaviour) {
    using Texts = std::vector<std::string>;
    Row row;
    row.id = behaviour.at("id").get<std::string>();
    row.question = behaviour.at("question").get<std::string>();
    row.contract = behaviour.at("contract").get<Texts>();
    row.blocking_contract = behaviour.value("blocking_contract", Texts());
    row.group = behaviour.value("group", std::string());
    row.steps = behaviour.value("steps", Texts());
    row.promise = behaviour.value("promise", std::string());
    row.sources = behaviour.value("sources", Texts());
    row.inherent = behaviour.value("inherent", std::string());
    return row;
}

std::expected<Report, std::string> read(const Json& json) {
    Report report;
    if (json.value("columns", std::string()) == word(ColumnsOf::models)) report.of = ColumnsOf::models;
    if (auto done = read_systems(report, json.at("systems")); !done) return std::unexpected(done.error());
    for (const Json& behaviour : json.at("behaviours")) {
        Row row = read_texts(behaviour);
        if (std::ranges::find(report.rows, row.id, &Row::id) != report.rows.end()) {
            return std::unexpected("it lists " + row.id + " twice");
        }
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

// Cells of rows that the report has not yet are given one, and so are columns.
Cell& cell_of(Report& report, const std::string& id, const Column& column) {
    auto row = std::ranges::find(report.rows, id, &Row::id);
    if (row == report.rows.end()) {
        row = report.rows.insert(row, Row{});
        row->id = id;
        row->cells.resize(report.columns.size());
    }
    auto place = std::ranges::find(report.columns, column);
    const auto index = static_cast<std::size_t>(place - report.columns.begin());
    if (place == report.columns.end()) {
        report.columns.push_back(column);
        for (Row& each : report.rows) each.cells.emplace_back();
    }
    return row->cells[index];
}

Report read_outcomes(const Json& json) {
    Report report;
    report.judged = false;
    for (const auto& [system, behaviours] : json.at("systems").items()) {
        for (const auto& [id, engines] : behaviours.items()) {
            for (const auto& [engine, outcome] : engines.items()) {
                cell_of(report, id, {system, engine}).outcome = outcome.get<std::string>();
            }
        }
    }
    return report;
}

Json to_json(const Row& row, const Report& report) {
    Json json{{"id", row.id}};
    auto add = [&](const char* name, const auto& value) {
        if (!value.empty()) json[name] = value;
    };
    add("group", row.group);
    json["question"] = row.question;
    add("steps", row.steps);
    add("promise", row.promise);
    json["contract"] = row.contract;
    add("blocking_contract", row.blocking_contract);
    add("inherent", row.inherent);
    add("sources", row.sources);
    Json outcomes = Json::array();
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
        if (!row.cells[i].outcome.empty()) outcomes.push_back(to_json(row.cells[i], report.columns[i]));
    }
    json["outcomes"] = std::move(outcomes);
    return json;
}

// Native texts may hold anything.
std::string text_of(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string to_json(const Report& report) {
    Json behaviours = Json::array();
    for (const Row& row : report.rows) behaviours.push_back(to_json(row, report));
    Json json{{"format", format}, {"version", version}, {"pier", std::string(pier::version)}};
    if (report.of != ColumnsOf::engines) json["columns"] = word(report.of);
    json["systems"] = systems(report);
    json["behaviours"] = std::move(behaviours);
    return text_of(json);
}

std::string outcomes_to_json(const Report& report) {
    Json systems = Json::object();
    for (const Row& row : report.rows) {
        for (std::size_t i = 0; i < row.cells.size(); ++i) {
            const Column& column = report.columns[i];
            if (!row.cells[i].outcome.empty()) systems[column.system][row.id][column.engine] = row.cells[i].outcome;
        }
    }
    return text_of({{"format", outcomes_format}, {"version", version}, {"systems", std::move(systems)}});
}

std::expected<Report, std::string> from_json(const std::string& text) {
    constexpr const char* no_report = "it is not a report of pier-compare";
    try {
        const Json json = Json::parse(text);
        const std::string of = json.value("format", std::string());
        if (of != format && of != outcomes_format) return std::unexpected(no_report);
        if (json.at("version") != version) return std::unexpected(refusal_of_version(json.at("version")));
        if (of == outcomes_format) return read_outcomes(json);
        return read(json);
    } catch (const Json::parse_error& error) {
        return std::unexpected("it is not JSON from byte " + std::to_string(error.byte) + " on");
    } catch (const Json::exception&) {
        return std::unexpected(std::string(no_report) + ": something in it is missing or of another type");
    }
}

}  // namespace compare
