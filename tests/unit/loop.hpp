// A loop where a test needs one, whatever its engine.
#pragma once

#include <pier/loop.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <thread>

namespace unit {

// With the engine that every system has.
[[nodiscard]] inline std::unique_ptr<pier::Loop> make_loop() {
    const pier::EngineInfo* engine = pier::find_engine("blocking");
    REQUIRE(engine != nullptr);
    auto loop = pier::Loop::create(*engine);
    REQUIRE(loop.has_value());
    return std::move(*loop);
}

}  // namespace unit
