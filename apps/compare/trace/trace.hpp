// What engines did for the same behaviour, step by step.
#pragma once

#include "report/report.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace compare {

struct Step {
    std::int64_t microseconds = 0;  // since the behaviour began; differs from run to run
    std::string side{};             // "peer": in the loop of the other thread; else empty
    std::string socket{};           // "listener", "client", "accepted 2"; empty where the loop itself does something
    std::string operation{};        // "accept", "send"; empty where it is the socket's or the loop's matter
    std::string what{};             // a word of step_words()
    std::string detail{};           // what came with it, and the engine's own name for it
};

// One engine's.
struct TraceLane {
    Column column;
    std::string outcome;
    std::string detail;  // of the outcome
    std::vector<Step> steps;
    std::size_t left_out = 0;  // steps behind the last of those
};

struct Trace {
    std::string probe;  // the behaviour's id
    std::string question;
    std::vector<std::string> steps;  // what is done, in sentences
    std::vector<TraceLane> lanes;
    std::vector<Absent> absent;
};

// Each side in the order of its own steps: how two threads take turns differs from run to run.
struct TraceSide {
    std::string name;  // empty where there is no other
    std::vector<const Step*> steps;
};
[[nodiscard]] std::vector<TraceSide> sides(const TraceLane& lane);

// "accept: would block", "armed: input, by epoll_ctl".
[[nodiscard]] std::string sentence(const Step& step);

// A word for each kind of step, and what it means for somebody who learns.
struct StepWord {
    std::string_view word;
    std::string_view meaning;
};
[[nodiscard]] std::span<const StepWord> step_words() noexcept;

// Lanes side by side, systems of the same name told apart. Or a sentence: they are not of the same behaviour.
[[nodiscard]] std::expected<Trace, std::string> merge(std::vector<Trace> traces);

}  // namespace compare
