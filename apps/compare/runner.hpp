// Runs one behaviour on one engine, whatever it does.
#pragma once

#include "behaviour.hpp"

namespace compare {

// Before the first run: an assertion that fails in the steps becomes the outcome `crash`.
void watch_for_crashes();

// On a thread of its own. Steps that do not end in time are left to themselves, and so are those that crashed: see
// left_behind().
[[nodiscard]] Verdict run(const Behaviour& behaviour, const pier::spi::EngineInfo& engine);

// Threads are left that never end: the program may not destroy what they use, but has to leave without clean-up.
[[nodiscard]] bool left_behind();

}  // namespace compare
