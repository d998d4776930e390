// How a raw probe ends that could not get as far as its observation.
#pragma once

namespace pier::native {

// Throws, with what the system's last error says of the step.
[[noreturn]] void fail(const char* step);

}  // namespace pier::native
