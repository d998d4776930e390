// The attempts of pier/sys/attempt.hpp under names of their own, as the library pier_plain_attempts has them: for a
// program whose own sys::attempt stands before the backend's, and calls these.
#pragma once

#include <pier/sys/attempt.hpp>

namespace pier::sys {

[[nodiscard]] Attempt plain_attempt(spi::Operation& op) noexcept;
[[nodiscard]] Attempt plain_attempt_receive(spi::Operation& op) noexcept;
[[nodiscard]] Attempt plain_attempt_send(spi::Operation& op) noexcept;
[[nodiscard]] Attempt plain_connect_start(spi::AddressedOperation& op) noexcept;
[[nodiscard]] Attempt plain_connect_result(spi::AddressedOperation& op) noexcept;

}  // namespace pier::sys
