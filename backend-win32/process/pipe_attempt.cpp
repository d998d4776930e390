#include <pier/sys/attempt.hpp>

namespace pier::sys {

// Nothing tells of a pipe's room to write, so its own start is the try.
Attempt attempt_pipe(spi::Operation&) noexcept { return Attempt::would_block; }

}  // namespace pier::sys
