#include "html/html.hpp"

#include "html/html_files.hpp"
#include "html/page.hpp"
#include "report/tellings.hpp"

#include <pier/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <string_view>

namespace compare {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t told = 10;

Json to_json(const Report& report, const Row& row, std::size_t column) {
    const Cell& cell = row.cells[column];
    if (cell.outcome.empty()) return nullptr;
    Json json{{"outcome", cell.outcome}};
    if (!cell.detail.empty()) json["detail"] = cell.detail;
    const Mark sign = mark(report, row, column);
    if (sign == Mark::broken) json["mark"] = "broken";
    if (sign == Mark::known) {
        json["mark"] = "known";
        json["reason"] = reason_of_deviation(report, row, column);
    }
    return json;
}

Json to_json(const Report& report, const Row& row) {
    Json cells = Json::array();
    for (std::size_t i = 0; i < row.cells.size(); ++i) cells.push_back(to_json(report, row, i));
    return {{"id", row.id},
            {"question", row.question},
            {"steps", row.steps},
            {"promise", row.promise},
            {"sources", row.sources},
            {"contract", contract_text(row)},
            {"inherent", row.inherent},
            {"cells", std::move(cells)}};
}

Json to_json(const Report& report) {
    Json json{{"version", std::string(pier::version)}, {"of", word(report.of)}};
    for (const char* list : {"columns", "groups", "absent", "tellings"}) json[list] = Json::array();
    for (const Column& column : report.columns) {
        json["columns"].push_back(
            {{"system", column.system}, {"engine", column.engine}, {"native", column.is_native()}});
    }
    for (const Group& group : groups(report)) {
        Json rows = Json::array();
        for (const Row* row : group.rows) rows.push_back(to_json(report, *row));
        json["groups"].push_back({{"name", group.name}, {"rows", std::move(rows)}});
    }
    for (const Absent& absent : report.absent) {
        json["absent"].push_back(
            {{"system", absent.column.system}, {"engine", absent.column.engine}, {"reason", absent.reason}});
    }
    for (const Telling& each : tellings(report, told)) {
        json["tellings"].push_back({{"id", each.id}, {"sentence", each.sentence}});
    }
    return json;
}

// For a script element: nothing in it may look like markup. JSON has these characters in its strings only.
std::string for_script(const std::string& json) {
    std::string text;
    for (char c : json) {
        switch (c) {
            case '<':
                text += "\\u003c";
                break;
            case '>':
                text += "\\u003e";
                break;
            case '&':
                text += "\\u0026";
                break;
            default:
                text += c;
        }
    }
    return text;
}

}  // namespace

std::string html(const Report& report) {
    const std::string data = for_script(to_json(report).dump(-1, ' ', true, Json::error_handler_t::replace));
    return filled(html_files::page, [&](std::string_view name) {
        return name == "style"    ? std::string(html_files::style)
               : name == "script" ? std::string(html_files::script)
                                  : data;
    });
}

}  // namespace compare
