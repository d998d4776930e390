// An engine around another that counts how often the loop waits: what spins shows without a clock.
#pragma once

#include "wrapped_engine.hpp"

#include <pier/loop.hpp>

#include <cstdint>
#include <memory>
#include <utility>

namespace support {

class CountingEngine final : public WrappedEngine {
public:
    // A loop on that engine. `waits` outlives it. One thread makes such loops.
    [[nodiscard]] static pier::Result<std::unique_ptr<pier::Loop>> make_loop(const pier::EngineInfo& engine,
                                                                             std::uint64_t& waits) {
        return make_wrapped_loop<CountingEngine>(engine, waits);
    }

    CountingEngine(std::unique_ptr<pier::spi::Engine> engine, std::uint64_t& waits)
        : WrappedEngine(std::move(engine)), waits_(waits) {}

    pier::Result<void> wait(pier::Time until, pier::spi::Harvest& harvest) override {
        ++waits_;
        return WrappedEngine::wait(until, harvest);
    }

private:
    std::uint64_t& waits_;
};

}  // namespace support
