// Libuv's codes as Pier's conditions.
#pragma once

#include <pier/result.hpp>

namespace pier::uv {

// `code` is negative; it is kept as the native number. Libuv's names are the same on both systems, the numbers are not.
[[nodiscard]] Error error_of(int code) noexcept;

}  // namespace pier::uv
