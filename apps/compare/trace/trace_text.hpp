// A trace as text for people.
#pragma once

#include "trace/trace.hpp"

#include <pier/cli/colour.hpp>

#include <cstddef>
#include <string>

namespace compare {

struct TraceLooks {
    std::size_t width = 120;
    bool times = false;  // in microseconds; without them two runs give the same text
};

// Engines side by side, as many as the width has room for, and the others below.
[[nodiscard]] std::string text_of(const Trace& trace, const TraceLooks& looks, const pier::Painter& paint);

}  // namespace compare
