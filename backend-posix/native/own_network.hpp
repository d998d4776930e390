// A network that nobody else is on.
#pragma once

#include <pier/tool/native_probe.hpp>

namespace pier::native {

// Runs the steps in a thread with a network of its own, whose loopback is up; the namespace goes with the thread. "n/a"
// where that needs privileges that this process has not.
[[nodiscard]] spi::NativeVerdict alone(spi::NativeVerdict (*steps)());

// There: brings an interface up.
void bring_up(const char* interface);

}  // namespace pier::native
