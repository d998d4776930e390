// What an address or a prefix is, for people.
#pragma once

#include "subject.hpp"

#include <string>

namespace netcalc {

// Lines of a name and a value, each with its end.
[[nodiscard]] std::string table(const Subject& subject);

}  // namespace netcalc
