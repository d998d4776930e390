// Runs behaviours in processes of their own, whatever they do there.
#pragma once

#include "report/report.hpp"

#include <pier/behaviour/behaviour.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace compare {

using pier::behaviour::Behaviour;

// The column of raw system calls, beside those of engines.
inline constexpr std::string_view native = native_engine;

// First of all in main(): an exit status when this process was started by run().
[[nodiscard]] std::optional<int> run_as_child(int argc, char** argv);

// A cell for each behaviour, of an engine or of `native`. They share a process, started by this program from its own
// file, until one of them ends it (`crash`) or does not end (`hang`): the next one gets a new process. `done` is called
// after each.
[[nodiscard]] std::vector<Cell> run(std::span<const Behaviour* const> behaviours, std::string_view column,
                                    const std::function<void(const Behaviour&, const Cell&)>& done = {});

// One behaviour under an engine whose steps are told.
struct Told {
    Cell cell;                       // not judged
    std::vector<std::string> steps;  // lines of trace_json.hpp, child.hpp's most_steps at the most
    std::size_t further = 0;         // steps behind those
};
[[nodiscard]] Told run_told(const Behaviour& behaviour, std::string_view column);

}  // namespace compare
