// What io_uring does by itself: in the native column where other calls of this system have no such operation.
#pragma once

#include "probes.hpp"

namespace pier::native {

void add_uring_probes(Probes& all);

}  // namespace pier::native
