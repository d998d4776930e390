// errno to Pier's conditions.
#pragma once

#include <pier/result.hpp>

namespace pier::posix {

[[nodiscard]] Error translate(int number) noexcept;
// Of errno as it stands.
[[nodiscard]] Error last_error() noexcept;
[[nodiscard]] inline std::unexpected<Error> fail_last() noexcept { return std::unexpected(last_error()); }

}  // namespace pier::posix
