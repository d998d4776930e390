// sem_overview(7): several semaphores with names, made by the first process and opened by the second one.
#pragma once

#include "raw_ipc/raw.hpp"

#include <fcntl.h>
#include <semaphore.h>
#include <sys/stat.h>
#include <cerrno>
#include <utility>

namespace pier::posix {

// Closed when it goes.
class RawSemaphore {
public:
    RawSemaphore() = default;
    // With the count of `create`, or -1 to open one that is there. Not valid with errno.
    RawSemaphore(const std::string& name, int create) noexcept
        : semaphore_(create < 0 ? ::sem_open(name.c_str(), 0)
                                : ::sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, static_cast<unsigned>(create))) {}
    RawSemaphore(RawSemaphore&& other) noexcept : semaphore_(std::exchange(other.semaphore_, SEM_FAILED)) {}
    RawSemaphore& operator=(RawSemaphore&& other) noexcept {
        std::swap(semaphore_, other.semaphore_);
        return *this;
    }
    ~RawSemaphore() {
        if (valid()) (void)::sem_close(semaphore_);
    }
    [[nodiscard]] bool valid() const noexcept { return semaphore_ != SEM_FAILED; }

    [[nodiscard]] Result<void> post() noexcept {
        if (::sem_post(semaphore_) != 0) return fail_last();
        return {};
    }
    [[nodiscard]] Result<void> wait() noexcept {
        if (::sem_trywait(semaphore_) == 0) return {};
        const timespec until = raw_deadline(CLOCK_MONOTONIC);
        while (::sem_clockwait(semaphore_, CLOCK_MONOTONIC, &until) != 0) {
            if (errno != EINTR) return fail_last();
        }
        return {};
    }

private:
    sem_t* semaphore_ = SEM_FAILED;
};

}  // namespace pier::posix
