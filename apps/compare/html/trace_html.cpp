#include "html/trace_html.hpp"

#include "html/html_files.hpp"
#include "html/page.hpp"

#include <algorithm>
#include <string_view>

namespace compare {
namespace {

std::string escaped(std::string_view text) {
    std::string all;
    for (char c : text) {
        switch (c) {
            case '<':
                all += "&lt;";
                break;
            case '>':
                all += "&gt;";
                break;
            case '&':
                all += "&amp;";
                break;
            case '"':
                all += "&quot;";
                break;
            default:
                all += c;
        }
    }
    return all;
}

std::string element(std::string_view tag, std::string_view text, std::string_view kind = {}) {
    std::string all = "<" + std::string(tag);
    if (!kind.empty()) all += " class=\"" + std::string(kind) + "\"";
    return all + ">" + escaped(text) + "</" + std::string(tag) + ">";
}

// The word as a class of the style: one of the closed list, whatever a file says.
std::string kind(std::string_view what) {
    const auto words = step_words();
    if (std::ranges::find(words, what, &StepWord::word) == words.end()) return "other";
    std::string name(what);
    std::ranges::replace(name, ' ', '-');
    return name;
}

std::string legend() {
    std::string text;
    for (const StepWord& each : step_words()) {
        text += "<div class=\"" + kind(each.word) + "\">" + element("dt", each.word) + element("dd", each.meaning) +
                "</div>\n";
    }
    return text;
}

std::string item(const Step& step) {
    std::string text = "<li class=\"" + kind(step.what) + "\">";
    text += element("time", std::to_string(step.microseconds) + " \u00b5s");
    text += element("span", step.socket.empty() ? "loop" : step.socket, "socket");
    text += "<span>";
    if (!step.operation.empty()) text += escaped(step.operation) + " ";
    text += element("b", step.what);
    if (!step.detail.empty()) text += " " + element("small", step.detail);
    return text + "</span></li>\n";
}

std::string lane_of(const TraceLane& lane) {
    std::string text =
        "<section>\n<h2>" + escaped(lane.column.engine) + " " + element("small", lane.column.system) + "</h2>\n";
    for (const TraceSide& side : sides(lane)) {
        if (!side.name.empty()) text += element("h3", "the " + side.name + ", on its own thread") + "\n";
        text += "<ol>\n";
        for (const Step* step : side.steps) text += item(*step);
        text += "</ol>\n";
    }
    if (lane.left_out != 0) text += element("p", std::to_string(lane.left_out) + " further steps") + "\n";
    text += element("p", "outcome: " + lane.outcome + (lane.detail.empty() ? "" : ", " + lane.detail), "outcome");
    return text + "\n</section>\n";
}

std::string lanes(const Trace& trace) {
    std::string text;
    for (const TraceLane& lane : trace.lanes) text += lane_of(lane);
    return text;
}

std::string absent(const Trace& trace) {
    std::string text;
    for (const Absent& each : trace.absent) {
        text +=
            element("li", each.column.engine + " on " + each.column.system + " can't run there: " + each.reason) + "\n";
    }
    return text;
}

std::string steps(const Trace& trace) {
    std::string text;
    for (const std::string& step : trace.steps) text += element("li", step) + "\n";
    return text;
}

std::string part(const Trace& trace, std::string_view name) {
    if (name == "style") return std::string(html_files::trace_style);
    if (name == "probe") return escaped(trace.probe);
    if (name == "question") return escaped(trace.question);
    if (name == "steps") return steps(trace);
    if (name == "legend") return legend();
    if (name == "lanes") return lanes(trace);
    return absent(trace);
}

}  // namespace

std::string html(const Trace& trace) {
    return filled(html_files::trace_page, [&](std::string_view name) { return part(trace, name); });
}

}  // namespace compare
