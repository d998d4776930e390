// The thread that reads the process's standard input, for all who take of it.
#pragma once

#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace pier {

// What the thread makes of what it reads.
enum class InputUnit : std::uint8_t {
    lines,  // without their ends
    keys,   // what each read gave, at most 4 KiB
    bytes,  // the same, with reads of up to 64 KiB
};

// A line, or as much of it as LineInput::longest_line allows; or what one read gave.
struct InputPiece {
    std::string text;
    bool continues = false;  // with the next one, of the same line
};

// The next piece, nothing at the end. What the thread has read before the unit was asked for comes as it was read.
// Errors: as LineInput::next().
[[nodiscard]] Task<Result<std::optional<InputPiece>>> take_input(InputUnit unit, Deadline deadline);

// The next bytes, 0 at the end: of one piece, as many as there is room for. The rest is there for the next call. Errors
// as above.
[[nodiscard]] Task<Result<std::size_t>> take_input(std::span<std::byte> into, Deadline deadline);

}  // namespace pier
