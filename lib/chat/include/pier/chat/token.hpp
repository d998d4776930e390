// Numbers that nobody can guess.
#pragma once

#include <cstdint>
#include <optional>

namespace pier::chat {

// Never 0. Nothing when the system gives no randomness. Any thread.
[[nodiscard]] std::optional<std::uint64_t> random_token() noexcept;

}  // namespace pier::chat
