// Every engine of this system that runs several operations at a time.
#pragma once

#include <pier/loop.hpp>

#include <doctest/doctest.h>

namespace server_tests {

template <class Body>
void on_every_engine(Body body) {
    for (const pier::EngineInfo& engine : pier::engines()) {
        if (engine.one_at_a_time || !engine.probe().empty()) continue;
        CAPTURE(engine.name);
        auto loop = pier::Loop::create(engine);
        REQUIRE(loop.has_value());
        (*loop)->run(body());
    }
}

}  // namespace server_tests
