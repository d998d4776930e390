// What a run came to, for people.
#pragma once

#include "conversation.hpp"

#include <pier/time.hpp>

#include <string>

namespace echo_client {

[[nodiscard]] std::string summary(const Tally& tally, pier::Duration elapsed);

}  // namespace echo_client
