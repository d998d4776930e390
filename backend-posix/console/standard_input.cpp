// Reading the standard input.
#include "process/error.hpp"

#include <pier/sys/console.hpp>

#include <poll.h>
#include <unistd.h>
#include <cerrno>

namespace pier::sys {

Result<std::size_t> read_standard_input(std::span<std::byte> into) {
    for (;;) {
        ssize_t count = read(STDIN_FILENO, into.data(), into.size());
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EBADF) return 0;  // the process was started without one
        if (errno == EAGAIN || errno == EWOULDBLOCK) {
            // Somebody who shares the open file has made it non-blocking.
            pollfd entry{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
            (void)poll(&entry, 1, -1);
        } else if (errno != EINTR) {
            return posix::fail_last();
        }
    }
}

}  // namespace pier::sys
