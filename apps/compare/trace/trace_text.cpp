#include "trace/trace_text.hpp"

#include "report/wrap.hpp"

#include <pier/cli/printable.hpp>

#include <algorithm>

namespace compare {
namespace {

constexpr std::size_t gap = 3;
// Narrower columns would break most lines.
constexpr std::size_t least_column = 40;

struct Line {
    pier::Colour colour = pier::Colour::none;
    std::string text;
};
using Lines = std::vector<Line>;

pier::Colour colour_of(const Step& step) {
    if (step.what == "would block") return pier::Colour::magenta;
    if (step.what == "completed" || step.what == "moved") return pier::Colour::green;
    if (step.what == "event" || step.what == "completion") return pier::Colour::cyan;
    if (step.what == "waited") return pier::Colour::faint;
    return pier::Colour::none;
}

// The text behind its label, broken so that it fits. Both may come from a file, which can hold anything.
void add(Lines& lines, pier::Colour colour, const std::string& text, std::size_t width, const std::string& label = {}) {
    std::string broken;
    wrap(broken, pier::printable(text), width - std::min(label.size(), width / 2));
    std::string before = label;
    for (std::size_t at = 0; at < broken.size();) {
        const std::size_t end = broken.find('\n', at);
        lines.push_back({colour, before + broken.substr(at, end - at)});
        at = end + 1;
        before.assign(label.size(), ' ');
    }
}

class Writer {
public:
    Writer(const Trace& trace, const TraceLooks& looks, const pier::Painter& paint)
        : trace_(trace), looks_(looks), paint_(paint) {
        for (const TraceLane& lane : trace.lanes) {
            several_systems_ = several_systems_ || lane.column.system != trace.lanes.front().column.system;
            for (const Step& step : lane.steps) label_ = std::max(label_, pier::printable(step.socket).size());
        }
        const std::size_t fits = std::max<std::size_t>(1, (looks.width + gap) / (least_column + gap));
        columns_ = std::min(fits, std::max<std::size_t>(1, trace.lanes.size()));
        width_ = (looks.width + gap) / columns_ - gap;
    }

    std::string write() {
        std::string text;
        wrap(text, pier::printable(trace_.probe + ": " + trace_.question), looks_.width);
        for (std::size_t first = 0; first < trace_.lanes.size(); first += columns_) {
            text += '\n';
            block(text, first, std::min(first + columns_, trace_.lanes.size()));
        }
        if (!trace_.absent.empty()) text += '\n';
        for (const Absent& absent : trace_.absent) {
            wrap(text, pier::printable(name(absent.column) + " can't run here: " + absent.reason), looks_.width);
        }
        return text;
    }

private:
    std::string name(const Column& column) const {
        return several_systems_ ? column.system + " " + column.engine : column.engine;
    }

    Lines lines_of(const TraceLane& lane) const {
        Lines lines;
        add(lines, pier::Colour::strong, name(lane.column), width_);
        for (const TraceSide& side : sides(lane)) {
            if (!side.name.empty())
                add(lines, pier::Colour::strong, "the " + side.name + ", on its own thread:", width_);
            for (const Step* step : side.steps) {
                std::string label = looks_.times ? time_of(*step) : std::string();
                const std::string socket = pier::printable(step->socket);
                label += socket + std::string(label_ - socket.size() + 2, ' ');
                add(lines, colour_of(*step), sentence(*step), width_, label);
            }
        }
        if (lane.left_out != 0)
            add(lines, pier::Colour::faint, std::to_string(lane.left_out) + " further steps", width_);
        std::string outcome = "outcome: " + lane.outcome;
        if (!lane.detail.empty()) outcome += ", " + lane.detail;
        add(lines, pier::Colour::strong, outcome, width_);
        return lines;
    }

    static std::string time_of(const Step& step) {
        std::string digits = std::to_string(step.microseconds);
        return std::string(digits.size() < 8 ? 8 - digits.size() : 0, ' ') + digits + "  ";
    }

    void block(std::string& text, std::size_t first, std::size_t end) const {
        std::vector<Lines> all;
        std::size_t longest = 0;
        for (std::size_t i = first; i < end; ++i) {
            all.push_back(lines_of(trace_.lanes[i]));
            longest = std::max(longest, all.back().size());
        }
        for (std::size_t row = 0; row < longest; ++row) {
            std::size_t owed = 0;  // spaces, which no line ends with
            for (const Lines& lines : all) {
                const Line line = row < lines.size() ? lines[row] : Line{};
                if (!line.text.empty()) text += std::string(owed, ' ') + paint_(line.colour, line.text);
                owed = line.text.empty() ? owed + width_ + gap : width_ + gap - std::min(width_, line.text.size());
            }
            text += '\n';
        }
    }

    const Trace& trace_;
    const TraceLooks& looks_;
    const pier::Painter& paint_;
    bool several_systems_ = false;
    std::size_t label_ = 0;
    std::size_t columns_ = 1;
    std::size_t width_ = 0;
};

}  // namespace

std::string text_of(const Trace& trace, const TraceLooks& looks, const pier::Painter& paint) {
    return Writer(trace, looks, paint).write();
}

}  // namespace compare
