// errno to Pier's conditions.
#pragma once

#include <pier/result.hpp>

namespace pier::posix {

[[nodiscard]] Error translate(int number) noexcept;
// Of errno as it stands.
[[nodiscard]] Error last_error() noexcept;
[[nodiscard]] inline std::unexpected<Error> fail_last() noexcept { return std::unexpected(last_error()); }

// What accept(2) answers of a connection that died in the queue; the listener is well.
[[nodiscard]] bool is_dead_connection(int number) noexcept;

}  // namespace pier::posix
