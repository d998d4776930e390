// What an invitation says, as words of a command line.
#pragma once

#include <pier/process/system_handle.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ipc {

[[nodiscard]] std::string word_of(pier::NativeHandle handle);

// The word at that place as an inherited handle, which is the caller's from now on; none where there is no number.
[[nodiscard]] pier::SystemHandle handle_of(const std::vector<std::string>& words, std::size_t place);
// The word at that place; empty where there is none.
[[nodiscard]] std::string word_at(const std::vector<std::string>& words, std::size_t place);

}  // namespace ipc
