#pragma once

#include <string_view>

namespace file_client {

inline constexpr std::string_view program = "pier-file-client";

// How one thing that was to be done has ended. Everything has been said.
enum class Outcome {
    well,
    failed,    // the next one may go well
    hopeless,  // so will the next one fail
};

}  // namespace file_client
