// Which model and which engine a command line means.
#pragma once

#include "model.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace pier {

struct Choice {
    const ModelInfo* model = nullptr;
    const EngineInfo* engine = nullptr;
};

// By the values of --model and --engine, where they were given. A model's name is a value of --engine, too. Says what
// is wrong with them: nothing.
[[nodiscard]] std::optional<Choice> choose_model(std::string_view program, const std::optional<std::string>& model,
                                                 const std::optional<std::string>& engine);

// The lines of --list-engines: the engines, and the models.
[[nodiscard]] std::string list_engines_and_models();

}  // namespace pier
