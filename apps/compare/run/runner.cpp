#include "run/runner.hpp"

#include "run/child.hpp"
#include "run/judge.hpp"
#include "run/lines.hpp"

#include <pier/tool/child_process.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>

namespace compare {
namespace {

using pier::behaviour::Outcome;
using Ids = std::span<const Behaviour* const>;

Cell cell_of(Outcome outcome, std::string detail) { return {std::string(name(outcome)), std::move(detail), false}; }

Cell parse(std::string_view line) {
    const std::size_t tab = std::min(line.find('\t'), line.size());
    const std::string_view detail = line.substr(std::min(tab + 1, line.size()));
    return {std::string(line.substr(0, tab)), std::string(detail), true};
}

std::string describe(const pier::Result<pier::ProcessEnd>& end) {
    return end ? end->describe() : pier::describe(end.error());
}

// Who hears of what a process says: `done` of each behaviour's end, `told` of every other line.
struct Listener {
    std::string_view word = child_word;
    std::function<void(std::size_t, const Cell&)> done = [](std::size_t, const Cell&) {};
    std::function<void(const std::string&)> told = [](const std::string&) {};
};

// The cells of one process: of all these behaviours, or up to the one that it did not survive.
std::vector<Cell> run_process(Ids behaviours, std::string_view column, const Listener& listener) {
    std::string ids;
    for (const Behaviour* behaviour : behaviours) ids += (ids.empty() ? "" : ",") + std::string(behaviour->id);
    std::vector<Cell> cells;
    auto add = [&](Cell cell) {
        listener.done(cells.size(), cell);
        cells.push_back(std::move(cell));
    };
    auto process = pier::sys::start_child({std::string(listener.word), std::string(column), ids});
    if (!process) {
        add(cell_of(Outcome::failed, "starting a process: " + pier::describe(process.error())));
        return cells;
    }
    Lines lines(**process);
    while (cells.size() < behaviours.size()) {
        auto line = lines.next();
        if (line && line->starts_with(ended)) {
            add(parse(std::string_view(*line).substr(1)));
        } else if (line) {
            listener.told(*line);
        } else if (line.error() == pier::Errc::timed_out) {
            (*process)->kill();
            (void)(*process)->wait();
            add(cell_of(Outcome::hang, "no end within " + std::to_string(patience.count()) + " seconds"));
            return cells;
        } else {
            add(cell_of(Outcome::crash, "its process ended: " + describe((*process)->wait())));
            return cells;
        }
    }
    // What it breaks on its way out counts as the last one's.
    if (auto line = lines.next(); line || line.error() != pier::Errc::end_of_stream) return cells;
    const auto end = (*process)->wait();
    const bool well = end && !end->crashed();
    if (!well && cells.back().in_contract) {
        cells.back() = cell_of(Outcome::crash, "its process ended: " + describe(end));
    }
    return cells;
}

}  // namespace

std::vector<Cell> run(std::span<const Behaviour* const> behaviours, std::string_view column,
                      const std::function<void(const Behaviour&, const Cell&)>& done) {
    std::vector<Cell> all;
    while (all.size() < behaviours.size()) {
        const Ids rest = behaviours.subspan(all.size());
        auto cells = run_process(rest, column, {.done = [&](std::size_t i, const Cell& cell) {
                                     if (done) done(*rest[i], cell);
                                 }});
        for (Cell& cell : cells) {
            cell.in_contract = holds(*behaviours[all.size()], column, cell.outcome);
            all.push_back(std::move(cell));
        }
    }
    return all;
}

Told run_told(const Behaviour& behaviour, std::string_view column) {
    const Behaviour* const one[] = {&behaviour};
    Told all;
    all.cell = run_process(one, column,
                           {.word = telling_child_word,
                            .told =
                                [&](const std::string& line) {
                                    const std::string text = line.substr(1);
                                    if (line.starts_with(step)) {
                                        all.steps.push_back(text);
                                    } else if (line.starts_with(further)) {
                                        std::from_chars(text.data(), text.data() + text.size(), all.further);
                                    }
                                }})
                   .front();
    return all;
}

}  // namespace compare
