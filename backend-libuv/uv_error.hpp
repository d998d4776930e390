// Libuv's codes as Pier's conditions.
#pragma once

#include <pier/result.hpp>

namespace pier::uv {

// `code` is negative. The native number is errno's on POSIX, libuv's own on Windows, where it hides the system's.
[[nodiscard]] Error error_of(int code) noexcept;

}  // namespace pier::uv
