// What pier-netcalc can do. Each prints what comes of it, and returns the program's exit status.
#pragma once

#include "options.hpp"

namespace netcalc {

[[nodiscard]] int show(const Options& options);
[[nodiscard]] int split(const Options& options);
[[nodiscard]] int merge(const Options& options);
[[nodiscard]] int range(const Options& options);
[[nodiscard]] int contains(const Options& options);

}  // namespace netcalc
