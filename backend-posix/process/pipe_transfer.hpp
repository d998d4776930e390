// One try to read or write a pipe.
#pragma once

#include <sys/types.h>
#include <cstddef>

namespace pier::posix {

// As read(2) of the end of a pipe, but for a FIFO that nobody has opened for writing yet: read() takes that for the
// end; here it is EAGAIN. Repeats what a signal has interrupted.
[[nodiscard]] ssize_t read_some(int pipe, std::byte* into, std::size_t size) noexcept;

// As write(2), without SIGPIPE: EPIPE alone says that nobody reads. Repeats what a signal has interrupted.
[[nodiscard]] ssize_t write_some(int pipe, const std::byte* data, std::size_t size) noexcept;

// To sys::stream_capacity, as far as the system gives it.
void enlarge(int pipe) noexcept;

}  // namespace pier::posix
