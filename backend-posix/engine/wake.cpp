#include "engine/wake.hpp"

#include "process/error.hpp"

#include <sys/eventfd.h>
#include <unistd.h>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace pier::posix {

Result<Wake> Wake::make() {
    int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) return fail_last();
    return Wake(descriptor);
}

Wake::Wake(Wake&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Wake::~Wake() {
    if (descriptor_ >= 0) close(descriptor_);
}

void Wake::wake() noexcept {
    int saved = errno;  // a signal handler must leave it as it was
    std::uint64_t one = 1;
    // EAGAIN means that the counter is full: then it is readable, which is all that is wanted.
    while (write(descriptor_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    errno = saved;
}

void Wake::drain() noexcept {
    std::uint64_t count;
    while (read(descriptor_, &count, sizeof count) < 0 && errno == EINTR) {
    }
}

}  // namespace pier::posix
