#include "process/pipe_transfer.hpp"

#include "process/no_broken_pipe_signal.hpp"

#include <pier/sys/pipe.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/uio.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace pier::posix {
namespace {

// RWF_NOSIGNAL of Linux 6.18, which most systems' headers lack. It costs no call; the other way costs two.
constexpr int without_signal = 0x100;

ssize_t write_guarded(int pipe, const std::byte* data, std::size_t size) noexcept {
    NoBrokenPipeSignal guard;
    for (;;) {
        const ssize_t count = ::write(pipe, data, size);
        if (count >= 0) return count;
        if (errno == EPIPE) guard.take();
        if (errno != EINTR) return count;
    }
}

}  // namespace

// Where it is refused (EPERM: the user's share is used up), the pipe has its usual size.
void enlarge([[maybe_unused]] int pipe) noexcept {
#ifdef F_SETPIPE_SZ
    (void)::fcntl(pipe, F_SETPIPE_SZ, static_cast<int>(sys::stream_capacity));
#endif
}

ssize_t read_some(int pipe, std::byte* into, std::size_t size) noexcept {
    ssize_t count;
    do {
        count = ::read(pipe, into, size);
    } while (count < 0 && errno == EINTR);
    if (count != 0) return count;
    // poll(2) says POLLHUP only when a writer has been there since this end was opened.
    pollfd state{pipe, POLLIN, 0};
    if (::poll(&state, 1, 0) != 0) return 0;
    errno = EAGAIN;
    return -1;
}

ssize_t write_some(int pipe, const std::byte* data, std::size_t size) noexcept {
    static std::atomic<bool> is_refused = false;
    while (!is_refused.load(std::memory_order_relaxed)) {
        const iovec all{const_cast<std::byte*>(data), size};
        const ssize_t count = ::pwritev2(pipe, &all, 1, -1, without_signal);  // -1: as writev(2), without an offset
        if (count >= 0) return count;
        if (errno == EOPNOTSUPP || errno == ENOSYS) {
            is_refused.store(true, std::memory_order_relaxed);
        } else if (errno != EINTR) {
            return count;
        }
    }
    return write_guarded(pipe, data, size);
}

}  // namespace pier::posix
