// Runs the same behaviours under every engine, and shows where they differ.
#include "json.hpp"
#include "options.hpp"
#include "report.hpp"
#include "runner.hpp"
#include "table.hpp"

#include <pier/program.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace {

using namespace compare;

std::vector<std::string> words(const std::vector<Outcome>& outcomes) {
    std::vector<std::string> names;
    for (Outcome outcome : outcomes) names.emplace_back(name(outcome));
    return names;
}

// Of views or of strings.
std::vector<std::string> strings(const auto& texts) { return {texts.begin(), texts.end()}; }

Row row_of(const Behaviour& behaviour) {
    Row row;
    row.id = std::string(behaviour.id);
    row.question = std::string(behaviour.question);
    row.contract = words(behaviour.contract);
    row.blocking_contract = words(behaviour.blocking_contract);
    row.group = std::string(behaviour.group);
    row.steps = strings(behaviour.steps_text);
    row.promise = std::string(behaviour.promise);
    row.sources = strings(behaviour.sources);
    row.inherent = std::string(behaviour.inherent);
    return row;
}

// Where a contract allows everything, an end is still asked for, and an observation.
bool is_in_contract(const std::vector<Outcome>& contract, Outcome outcome) {
    if (name(outcome) == not_applicable) return true;
    if (!contract.empty()) return std::ranges::find(contract, outcome) != contract.end();
    return outcome != Outcome::failed && outcome != Outcome::hang && outcome != Outcome::crash;
}

// Engines one after the other, so that they don't share the machine.
Report observe(const Options& options) {
    Report report;
    for (const Behaviour* behaviour : options.behaviours) report.rows.push_back(row_of(*behaviour));
    for (const pier::spi::EngineInfo* engine : options.engines) {
        const Column column{options.system, std::string(engine->name)};
        if (std::string obstacle = engine->probe(); !obstacle.empty()) {
            report.absent.push_back({column, obstacle});
            continue;
        }
        report.columns.push_back(column);
        const bool blocking = engine->model != pier::spi::Model::event;
        for (std::size_t i = 0; i < options.behaviours.size(); ++i) {
            const Behaviour& behaviour = *options.behaviours[i];
            Verdict verdict = run(behaviour, *engine);
            report.rows[i].cells.push_back({std::string(name(verdict.outcome)), std::move(verdict.detail),
                                            is_in_contract(behaviour.contract_of(blocking), verdict.outcome)});
        }
    }
    return report;
}

std::filesystem::path path(const std::string& utf8) { return std::u8string(utf8.begin(), utf8.end()); }

// A file that can't be looked at is only the same by name.
bool is_same(const std::string& one, const std::string& other) {
    std::error_code failure;
    return one == other || std::filesystem::equivalent(path(one), path(other), failure);
}

std::expected<Report, std::string> read_all(const std::vector<std::string>& files) {
    std::vector<Report> reports;
    for (const std::string& file : files) {
        auto same = std::ranges::find_if(files, [&](const std::string& other) { return is_same(file, other); });
        if (&*same != &file) return std::unexpected("\"" + file + "\": it is given twice");
        std::ifstream stream(path(file), std::ios::binary);
        std::string text;
        try {
            text.assign(std::istreambuf_iterator<char>(stream), {});
        } catch (const std::ios_base::failure&) {  // a folder
            stream.setstate(std::ios::badbit);
        }
        if (!stream.is_open() || stream.bad()) return std::unexpected("\"" + file + "\": it can't be read");
        auto report = from_json(text);
        if (!report) return std::unexpected("\"" + file + "\": " + report.error());
        reports.push_back(std::move(*report));
    }
    return merge(std::move(reports));
}

int print(const Report& report, const Options& options) {
    const std::string text =
        options.format == Format::json ? to_json(report) : table(report, options.width, Painter(false));
    if (!pier::print(program, text)) return 1;
    return broken(report) ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    const ParsedOptions parsed = parse_options(argc, argv);
    if (!parsed.options) return parsed.status;
    const Options& options = *parsed.options;
    if (!options.files.empty()) {
        auto report = read_all(options.files);
        if (!report) {
            pier::say(program, report.error());
            return 2;
        }
        return print(*report, options);
    }
    watch_for_crashes();
    const int status = print(observe(options), options);
    if (left_behind()) std::_Exit(status);
    return status;
}
