// What a run came to, for people.
#pragma once

#include "options.hpp"
#include "tally.hpp"

#include <pier/time.hpp>

#include <string>

namespace echo_client {

[[nodiscard]] std::string summary(const Options& options, const Tally& tally, pier::Duration elapsed);

}  // namespace echo_client
