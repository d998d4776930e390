// Runs the same behaviours under every engine, and shows where they differ.
#include "html/html.hpp"
#include "html/trace_html.hpp"
#include "models/observe_models.hpp"
#include "models/serving.hpp"
#include "options.hpp"
#include "report/catalogue.hpp"
#include "report/diff.hpp"
#include "report/files.hpp"
#include "report/json.hpp"
#include "report/markdown.hpp"
#include "report/report.hpp"
#include "report/table.hpp"
#include "report/tellings.hpp"
#include "report/wrap.hpp"
#include "run/judge.hpp"
#include "run/runner.hpp"
#include "trace/trace_command.hpp"
#include "trace/trace_json.hpp"

#include <pier/cli/program.hpp>
#include <pier/cli/progress.hpp>
#include <pier/sys/console.hpp>

#include <algorithm>
#include <cstdlib>

namespace {

using namespace compare;

void add_column(Report& report, const Options& options, Column column, pier::Progress& progress) {
    std::size_t number = 0;
    auto begin = [&] {
        if (number < options.behaviours.size()) progress.begin(column.engine, options.behaviours[number++]->id);
    };
    begin();
    std::vector<Cell> cells = run(options.behaviours, column.engine, [&](const Behaviour&, const Cell&) { begin(); });
    for (std::size_t i = 0; i < cells.size(); ++i) report.rows[i].cells.push_back(std::move(cells[i]));
    report.columns.push_back(std::move(column));
}

// Engines one after the other, so that they don't share the machine.
Report observe(const Options& options) {
    Report report;
    for (const Behaviour* behaviour : options.behaviours) report.rows.push_back(row_of(*behaviour));
    const std::size_t count = options.behaviours.size();
    const std::size_t columns = options.engines.size() + (options.native ? 1 : 0);
    pier::Progress progress(columns * count, pier::sys::is_terminal(pier::sys::StandardStream::error));
    for (const pier::EngineInfo* engine : options.engines) {
        const Column column{options.system, std::string(engine->name)};
        if (std::string obstacle = engine->probe(); !obstacle.empty()) {
            report.absent.push_back({column, obstacle});
            progress.skip(count);
            continue;
        }
        add_column(report, options, column, progress);
    }
    if (options.native) add_column(report, options, {options.system, std::string(native)}, progress);
    return report;
}

bool has_colours(const Options& options) {
    if (options.colours != ColourChoice::automatic) return options.colours == ColourChoice::always;
    const char* refused = std::getenv("NO_COLOR");
    if (options.output || (refused != nullptr && *refused != 0)) return false;
    return pier::sys::is_terminal(pier::sys::StandardStream::output);
}

std::string sentences(const Report& report, const Options& options) {
    std::string text;
    for (const Telling& telling : tellings(for_terminal(report), options.count)) {
        wrap(text, "- " + telling.sentence, options.width);
    }
    return text.empty() ? "No outcomes differ.\n" : text;
}

std::string render(const Report& report, const Options& options) {
    switch (options.format) {
        case Format::json:
            return to_json(report);
        case Format::markdown:
            return markdown(report);
        case Format::html:
            return html(report);
        case Format::words:
            return sentences(report, options);
        case Format::outcomes:
            return outcomes_to_json(report);
        case Format::catalogue:
            return catalogue(report);
        case Format::table:
            break;
    }
    return table(report, options.width, pier::Painter(has_colours(options)));
}

bool put(const std::string& text, const Options& options) {
    if (!options.output) return pier::print(program, text);
    auto written = write(*options.output, text);
    if (!written) pier::say(program, written.error());
    return written.has_value();
}

int print(const Report& report, const Options& options) {
    const std::string text =
        options.only_differences ? render(only_differences(report), options) : render(report, options);
    if (!put(text, options)) return 1;
    return broken(report) ? 1 : 0;
}

int refuse(const std::string& sentence) {
    pier::say(program, sentence);
    return 2;
}

int print_difference(const Options& options) {
    auto before = read_report(options.files.front());
    if (!before) return refuse(before.error());
    auto after = read_report(options.files.back());
    if (!after) return refuse(after.error());
    const Difference found = difference(for_terminal(std::move(*before)), for_terminal(std::move(*after)));
    if (!put(text_of(found, options.width, pier::Painter(has_colours(options))), options)) return 1;
    return (options.strict ? found.any() : found.breaks_a_promise()) ? 1 : 0;
}

std::string render(const Trace& trace, const Options& options) {
    switch (options.trace.format) {
        case TraceFormat::json:
            return to_json(trace);
        case TraceFormat::html:
            return html(trace);
        case TraceFormat::text:
            break;
    }
    return text_of(trace, {options.width, options.trace.times}, pier::Painter(has_colours(options)));
}

int print_trace(const Options& options) {
    auto found = trace(options.trace);
    if (!found) return refuse(found.error());
    return put(render(*found, options), options) ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (auto status = run_as_child(argc, argv)) return *status;
    if (auto status = serve_for_parent(argc, argv)) return *status;
    const ParsedOptions parsed = parse_options(argc, argv);
    if (!parsed.options) return parsed.status;
    const Options& options = *parsed.options;
    if (options.command == Command::diff) return print_difference(options);
    if (options.command == Command::trace) return print_trace(options);
    if (options.command == Command::merge) {
        auto report = read_and_merge(options.files);
        return report ? print(*report, options) : refuse(report.error());
    }
    return print(options.models ? observe_models(options.system) : observe(options), options);
}
