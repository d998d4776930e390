// The steps of the table of models: what clients do to a server, and what comes of it.
#pragma once

#include "models/model_behaviour.hpp"

namespace compare {

// The words of the outcomes.
namespace outcome {
inline constexpr std::string_view works = "works";
inline constexpr std::string_view served = "served";
inline constexpr std::string_view waits = "waits";
inline constexpr std::string_view its_connection = "its-connection";
inline constexpr std::string_view others_too = "others-too";
inline constexpr std::string_view drains = "drains";
inline constexpr std::string_view ends = "ends";
inline constexpr std::string_view failed = "failed";
}  // namespace outcome

[[nodiscard]] pier::Task<Finding> echo_steps(ModelServer& server);
[[nodiscard]] pier::Task<Finding> crowd_steps(ModelServer& server);
[[nodiscard]] pier::Task<Finding> silent_client_steps(ModelServer& server);
[[nodiscard]] pier::Task<Finding> bound_steps(ModelServer& server);
[[nodiscard]] pier::Task<Finding> half_close_steps(ModelServer& server);
[[nodiscard]] pier::Task<Finding> reset_steps(ModelServer& server);
[[nodiscard]] pier::Task<Finding> crash_steps(ModelServer& server);
[[nodiscard]] pier::Task<Finding> stop_steps(ModelServer& server);
[[nodiscard]] pier::Task<Finding> second_request_steps(ModelServer& server);

}  // namespace compare
