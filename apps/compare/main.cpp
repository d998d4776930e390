// Runs the same behaviours under every engine, and shows where they differ.
#include "json.hpp"
#include "options.hpp"
#include "report.hpp"
#include "runner.hpp"
#include "table.hpp"

#include <pier/program.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace {

using namespace compare;

std::vector<std::string> words(const std::vector<Outcomes>& outcomes) {
    std::vector<std::string> names;
    for (const Outcomes& outcome : outcomes) names.push_back(name(outcome));
    return names;
}

void add_column(Report& report, const Options& options, Column column) {
    std::vector<Cell> cells = run(options.behaviours, column.engine);
    for (std::size_t i = 0; i < cells.size(); ++i) report.rows[i].cells.push_back(std::move(cells[i]));
    report.columns.push_back(std::move(column));
}

// Engines one after the other, so that they don't share the machine.
Report observe(const Options& options) {
    Report report;
    for (const Behaviour* behaviour : options.behaviours) {
        report.rows.push_back({.id = std::string(behaviour->id),
                               .question = std::string(behaviour->question),
                               .contract = words(behaviour->contract),
                               .blocking_contract = words(behaviour->blocking_contract),
                               .group = std::string(behaviour->group),
                               .steps = {behaviour->steps_text.begin(), behaviour->steps_text.end()},
                               .promise = std::string(behaviour->promise),
                               .sources = {behaviour->sources.begin(), behaviour->sources.end()},
                               .inherent = std::string(behaviour->inherent)});
    }
    for (const pier::spi::EngineInfo* engine : options.engines) {
        const Column column{options.system, std::string(engine->name)};
        if (std::string obstacle = engine->probe(); !obstacle.empty()) {
            report.absent.push_back({column, obstacle});
            continue;
        }
        add_column(report, options, column);
    }
    if (options.native) add_column(report, options, {options.system, std::string(native)});
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
    const std::string text = options.format == Format::json ? to_json(report) : table(report, options.width);
    if (!pier::print(program, text)) return 1;
    return broken(report) ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (auto status = run_as_child(argc, argv)) return *status;
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
    return print(observe(options), options);
}
