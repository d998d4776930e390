#include "runner.hpp"

#include "child.hpp"
#include "judge.hpp"

#include <pier/spi/child_process.hpp>
#include <pier/spi/sys.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <string>

namespace compare {
namespace {

// Longer than any steps take whose operations reach their deadlines. A process that begins has as much.
constexpr std::chrono::seconds patience{10};

using Ids = std::span<const Behaviour* const>;

// The lines of a process, each with a deadline of its own.
class Lines {
public:
    explicit Lines(pier::sys::ChildProcess& process) : process_(process) {}

    // Errors: end_of_stream, timed_out.
    pier::Result<std::string> next() {
        const pier::Time until = pier::sys::now() + patience;
        for (;;) {
            if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
                std::string line = text_.substr(0, end);
                text_.erase(0, end + 1);
                return line;
            }
            std::array<std::byte, 4096> some;
            auto count = process_.read(some, until);
            if (!count) return pier::fail(count.error());
            if (*count == 0) return pier::fail(pier::Errc::end_of_stream);
            text_.append(reinterpret_cast<const char*>(some.data()), *count);
        }
    }

private:
    pier::sys::ChildProcess& process_;
    std::string text_;
};

Cell cell_of(Outcome outcome, std::string detail) { return {std::string(name(outcome)), std::move(detail), false}; }

Cell parse(std::string_view line) {
    const std::size_t tab = std::min(line.find('\t'), line.size());
    const std::string_view detail = line.substr(std::min(tab + 1, line.size()));
    return {std::string(line.substr(0, tab)), std::string(detail), true};
}

// The cells of one process: of all these behaviours, or up to the one that it did not survive.
std::vector<Cell> run_process(Ids behaviours, std::string_view column,
                              const std::function<void(std::size_t, const Cell&)>& done) {
    std::string ids;
    for (const Behaviour* behaviour : behaviours) ids += (ids.empty() ? "" : ",") + std::string(behaviour->id);
    std::vector<Cell> cells;
    auto add = [&](Cell cell) {
        done(cells.size(), cell);
        cells.push_back(std::move(cell));
    };
    auto process = pier::sys::start_child({std::string(child_word), std::string(column), ids});
    if (!process) {
        add(cell_of(Outcome::failed, "starting a process: " + pier::describe(process.error())));
        return cells;
    }
    Lines lines(**process);
    while (cells.size() < behaviours.size()) {
        auto line = lines.next();
        if (line && line->starts_with(ended)) {
            add(parse(std::string_view(*line).substr(1)));
        } else if (!line && line.error() == pier::Errc::timed_out) {
            (*process)->kill();
            (void)(*process)->wait();
            add(cell_of(Outcome::hang, "no end within " + std::to_string(patience.count()) + " seconds"));
            return cells;
        } else if (!line) {
            add(cell_of(Outcome::crash, "its process ended: " + (*process)->wait().describe()));
            return cells;
        }
    }
    // What it breaks on its way out counts as the last one's.
    if (auto line = lines.next(); line || line.error() != pier::Errc::end_of_stream) return cells;
    const pier::sys::ProcessEnd end = (*process)->wait();
    if (end.crashed && cells.back().in_contract) {
        cells.back() = cell_of(Outcome::crash, "its process ended: " + end.describe());
    }
    return cells;
}

}  // namespace

std::vector<Cell> run(std::span<const Behaviour* const> behaviours, std::string_view column,
                      const std::function<void(const Behaviour&, const Cell&)>& done) {
    std::vector<Cell> all;
    while (all.size() < behaviours.size()) {
        const Ids rest = behaviours.subspan(all.size());
        auto cells = run_process(rest, column, [&](std::size_t i, const Cell& cell) {
            if (done) done(*rest[i], cell);
        });
        for (Cell& cell : cells) {
            cell.in_contract = holds(*behaviours[all.size()], column, cell.outcome);
            all.push_back(std::move(cell));
        }
    }
    return all;
}

}  // namespace compare
