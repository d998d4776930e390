// Writing to the standard output.
#include "process/error.hpp"

#include <pier/sys/console.hpp>

#include <poll.h>
#include <unistd.h>
#include <cerrno>

namespace pier::sys {

Result<void> write_standard_output(std::span<const std::byte> data) {
    while (!data.empty()) {
        const ssize_t count = write(STDOUT_FILENO, data.data(), data.size());
        if (count >= 0) {
            data = data.subspan(static_cast<std::size_t>(count));
        } else if (errno == EBADF) {
            return {};  // the process was started without one
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            // Somebody who shares the open file has made it non-blocking.
            pollfd entry{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
            (void)poll(&entry, 1, -1);
        } else if (errno != EINTR) {
            return posix::fail_last();
        }
    }
    return {};
}

}  // namespace pier::sys
