// How a server arranges its connections over threads; orthogonal to the engine that moves their bytes.
#pragma once

#include <pier/spi/engine.hpp>

#include <cstdint>

namespace pier {

// event: every connection is a task of its own. iterative: one connection after the other.
enum class Model : std::uint8_t { event, iterative };

[[nodiscard]] constexpr Model model_for(const spi::EngineInfo& engine) noexcept {
    return engine.one_at_a_time ? Model::iterative : Model::event;
}

}  // namespace pier
