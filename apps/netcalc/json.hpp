// The same for programs.
#pragma once

#include "subject.hpp"

#include <nlohmann/json.hpp>

#include <string_view>

namespace netcalc {

// Numbers beyond 2^53 would not come through every reader of JSON, so addresses and counts are decimal texts.
[[nodiscard]] nlohmann::ordered_json json(std::string_view word, const Subject& subject);

}  // namespace netcalc
