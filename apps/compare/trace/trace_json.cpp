#include "trace/trace_json.hpp"

#include <pier/version.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>

namespace compare {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* format = "pier-compare trace";
// Raised when a reader of the older one would misunderstand the newer one.
constexpr int version = 1;

std::string dump(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

Json json_of(const Step& step) {
    Json json{{"microseconds", step.microseconds}};
    auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) json[name] = value;
    };
    add("side", step.side);
    add("socket", step.socket);
    add("operation", step.operation);
    json["what"] = step.what;
    add("detail", step.detail);
    return json;
}

Json json_of(const TraceLane& lane) {
    Json json{{"system", lane.column.system}, {"engine", lane.column.engine}, {"outcome", lane.outcome}};
    if (!lane.detail.empty()) json["detail"] = lane.detail;
    json["steps"] = Json::array();
    for (const Step& step : lane.steps) json["steps"].push_back(json_of(step));
    if (lane.left_out != 0) json["left_out"] = lane.left_out;
    return json;
}

Step read_step(const Json& json) {
    return {.microseconds = json.at("microseconds").get<std::int64_t>(),
            .side = json.value("side", std::string()),
            .socket = json.value("socket", std::string()),
            .operation = json.value("operation", std::string()),
            .what = json.at("what").get<std::string>(),
            .detail = json.value("detail", std::string())};
}

TraceLane read_lane(const Json& json) {
    TraceLane lane{.column = {json.at("system").get<std::string>(), json.at("engine").get<std::string>()},
                   .outcome = json.at("outcome").get<std::string>(),
                   .detail = json.value("detail", std::string()),
                   .steps = {},
                   .left_out = json.value("left_out", std::size_t{0})};
    for (const Json& step : json.at("steps")) lane.steps.push_back(read_step(step));
    return lane;
}

Trace read_trace(const Json& json) {
    Trace trace{.probe = json.at("probe").get<std::string>(),
                .question = json.at("question").get<std::string>(),
                .steps = json.value("steps", std::vector<std::string>()),
                .lanes = {},
                .absent = {}};
    for (const Json& lane : json.at("lanes")) trace.lanes.push_back(read_lane(lane));
    for (const Json& absent : json.at("absent")) {
        trace.absent.push_back({{absent.at("system").get<std::string>(), absent.at("engine").get<std::string>()},
                                absent.at("reason").get<std::string>()});
    }
    return trace;
}

}  // namespace

std::string to_json(const Trace& trace) {
    Json json{{"format", format},
              {"version", version},
              {"pier", std::string(pier::version)},
              {"probe", trace.probe},
              {"question", trace.question}};
    if (!trace.steps.empty()) json["steps"] = trace.steps;
    json["lanes"] = Json::array();
    for (const TraceLane& lane : trace.lanes) json["lanes"].push_back(json_of(lane));
    json["absent"] = Json::array();
    for (const Absent& each : trace.absent) {
        json["absent"].push_back(
            {{"system", each.column.system}, {"engine", each.column.engine}, {"reason", each.reason}});
    }
    return dump(json, 1) + "\n";
}

std::expected<Trace, std::string> trace_from_json(const std::string& text) {
    constexpr const char* no_trace = "it is not a trace of pier-compare";
    try {
        const Json json = Json::parse(text);
        if (json.value("format", std::string()) != format) return std::unexpected(no_trace);
        if (const Json& found = json.at("version"); found != version) {
            return std::unexpected("it is a trace of version " + found.dump() + ", and this program reads version " +
                                   std::to_string(version) + ": let pier-compare make it again");
        }
        return read_trace(json);
    } catch (const Json::parse_error& error) {
        return std::unexpected("it is not JSON from byte " + std::to_string(error.byte) + " on");
    } catch (const Json::exception&) {
        return std::unexpected(std::string(no_trace) + ": something in it is missing or of another type");
    }
}

std::string to_line(const Step& step) { return dump(json_of(step), -1); }

std::optional<Step> step_from_line(const std::string& line) {
    try {
        return read_step(Json::parse(line));
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

}  // namespace compare
