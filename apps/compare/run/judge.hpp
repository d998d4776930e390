// What this build's catalogue says of outcomes.
#pragma once

#include "report/report.hpp"

#include <pier/behaviour/behaviour.hpp>

#include <string_view>

namespace compare {

using pier::behaviour::Behaviour;

// Whether the contract allows the outcome to that column. Nobody promises anything of native calls, or of what makes no
// sense.
[[nodiscard]] bool holds(const Behaviour& behaviour, std::string_view column, std::string_view outcome);

// A row without cells.
[[nodiscard]] Row row_of(const Behaviour& behaviour);

// Gives outcomes that came alone the texts and contracts of the catalogue, and its order. Rows of behaviours that it
// doesn't have stay as they are, behind the others.
void judge(Report& report);

}  // namespace compare
