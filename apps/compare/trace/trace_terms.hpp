// A told step in words: kinds that all engines share, and the engine's own name for what it did.
#pragma once

#include "trace/trace.hpp"

#include <pier/tool/trace.hpp>

#include <string_view>

namespace compare {

// Without its time and its side.
[[nodiscard]] Step step_of(const pier::spi::TraceStep& told, std::string_view engine);

}  // namespace compare
