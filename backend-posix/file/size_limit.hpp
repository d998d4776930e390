// How far a file may be written.
#pragma once

#include <pier/result.hpp>

#include <cstddef>
#include <cstdint>

namespace pier::posix {

// How many of `size` bytes (at least one) may be written from `offset` on. Asked before every write: beyond the limit
// of the process (RLIMIT_FSIZE) the system would end it by SIGXFSZ (setrlimit(2)). Errors: file_too_large.
[[nodiscard]] Result<std::size_t> room_in_file(std::uint64_t offset, std::uint64_t size) noexcept;

}  // namespace pier::posix
