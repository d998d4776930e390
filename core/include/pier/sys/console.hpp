// The standard streams: terminals, reading and writing.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace pier::sys {

// Whether a stream of this process goes to a terminal that obeys escape sequences. A console of Windows is told to, for
// as long as the process runs.
enum class StandardStream : std::uint8_t { output, error };
[[nodiscard]] bool is_terminal(StandardStream stream) noexcept;

// BLOCKS. 0 at the end, and without a standard input. A console gives UTF-8. At least 16 bytes of room; one thread of
// the process at a time.
[[nodiscard]] Result<std::size_t> read_standard_input(std::span<std::byte> into);

// BLOCKS until all of it is written, as it is, past what stdio holds. Without a standard output it goes nowhere.
// Errors: broken_pipe when nobody reads any more; what the system says. One thread of the process at a time.
[[nodiscard]] Result<void> write_standard_output(std::span<const std::byte> data);

}  // namespace pier::sys
