// Paths of files, as the system wants them.
#pragma once

#include <pier/result.hpp>

#include <string>
#include <string_view>

namespace pier::win32 {

// The path in the system's own letters, absolute and with the prefix that lifts the limit of MAX_PATH where it is
// longer ("Maximum Path Length Limitation"). Errors: invalid_argument for broken UTF-8 and a NUL; file_not_found for
// nothing.
[[nodiscard]] Result<std::wstring> to_file_path(std::string_view path);

}  // namespace pier::win32
