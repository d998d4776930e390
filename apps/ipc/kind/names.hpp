// Names that no other run of the program has, and their removal.
#pragma once

#include "side.hpp"

#include <pier/ipc/name.hpp>

#include <string>
#include <string_view>

namespace ipc {

// "pier-ipc-PID-LETTERS-NUMBER", another one with each call. The letters are random, once for each run.
[[nodiscard]] std::string unique_word();
// The word and what the name is for; "pier-ipc-4711-qwerty-1.there".
[[nodiscard]] pier::IpcName name_for(std::string_view word, std::string_view purpose);

}  // namespace ipc
