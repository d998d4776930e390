// A pending expiry: a node of the loop's timer wheel.
#pragma once

#include <pier/time.hpp>

namespace pier::spi {

struct Operation;

// Doubly linked into a slot of the wheel; `before` is null when it is not in one.
struct Timer {
    Timer* before = nullptr;
    Timer* after = nullptr;
    Time expiry{};
    Operation* operation = nullptr;  // what it ends
};
static_assert(sizeof(Timer) <= 32, "every pending deadline costs one");

}  // namespace pier::spi
