#include <pier/behaviour/deviations.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace pier::behaviour {

// Of deviations.txt, line by line; the build writes it.
extern const std::string_view deviation_lines[];
extern const std::size_t deviation_line_count;

namespace {

// The part before the separator, which goes with it. The whole text where there is none.
std::string_view take(std::string_view& text, std::string_view separator) {
    const std::size_t at = std::min(text.find(separator), text.size());
    const std::string_view part = text.substr(0, at);
    text.remove_prefix(std::min(at + separator.size(), text.size()));
    return part;
}

bool lists(std::string_view names, std::string_view name) {
    if (names == "*") return true;
    while (!names.empty()) {
        if (take(names, ",") == name) return true;
    }
    return false;
}

// "SYSTEMS ENGINES CASE" or "SYSTEMS ENGINES CASE = OUTCOME".
std::optional<Deviation> parse(std::string_view line, std::string_view reason) {
    Deviation deviation;
    deviation.systems = take(line, " ");
    deviation.engines = take(line, " ");
    deviation.name = take(line, " = ");
    deviation.outcome = line;
    deviation.reason = reason;
    if (deviation.name.empty() || reason.empty()) return std::nullopt;
    return deviation;
}

}  // namespace

bool Deviation::concerns(std::string_view system, std::string_view engine) const noexcept {
    return lists(systems, take(system, " ")) && lists(engines, engine);
}

std::vector<Deviation> parse_deviations(std::string_view text) {
    std::vector<Deviation> all;
    std::string_view reason;
    while (!text.empty()) {
        std::string_view line = take(text, "\n");
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        if (line.front() != ' ') {
            reason = line;
            continue;
        }
        line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
        auto deviation = parse(line, reason);
        all.push_back(deviation ? *deviation : Deviation{.reason = std::string(line)});
    }
    return all;
}

const std::vector<Deviation>& deviations() {
    static const std::vector<Deviation> all = [] {
        std::string text;
        for (std::size_t i = 0; i < deviation_line_count; ++i) {
            text += deviation_lines[i];
            text += '\n';
        }
        return parse_deviations(text);
    }();
    return all;
}

std::string case_of(std::string_view behaviour) { return "behaviour: " + std::string(behaviour); }

std::string_view known_deviation(std::string_view system, std::string_view engine, std::string_view behaviour,
                                 std::string_view outcome) {
    const std::string name = case_of(behaviour);
    for (const Deviation& deviation : deviations()) {
        if (deviation.name != name || deviation.outcome != outcome || outcome.empty()) continue;
        if (deviation.concerns(system, engine)) return deviation.reason;
    }
    return {};
}

}  // namespace pier::behaviour
