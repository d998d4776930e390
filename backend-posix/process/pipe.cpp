// Files and pipes, for the standard streams of child processes.
#include "engine/timeout.hpp"
#include "process/error.hpp"
#include "process/native_handle.hpp"

#include <pier/sys/clock.hpp>
#include <pier/sys/pipe.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <ctime>

namespace pier::sys {
namespace {

using posix::descriptor_of;
using posix::owned;

Result<SystemHandle> open_path(const char* path, int flags) noexcept {
    for (;;) {
        const int file = ::open(path, flags | O_CLOEXEC | O_NOCTTY, 0666);
        if (file >= 0) return owned(file);
        if (errno != EINTR) return posix::fail_last();
    }
}

// False when the time has come first.
Result<bool> wait_for(NativeHandle handle, short events, Time until) noexcept {
    for (;;) {
        pollfd entry{descriptor_of(handle), events, 0};
        const int ready = ::poll(&entry, 1, posix::milliseconds_until(until));
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) return posix::fail_last();
        if (until != never && sys::now() >= until) return false;
    }
}

// While it lives, a write to a pipe that nobody reads raises no signal in this thread; others keep what they have.
class NoBrokenPipeSignal {
public:
    NoBrokenPipeSignal() noexcept {
        sigemptyset(&signal_);
        sigaddset(&signal_, SIGPIPE);
        sigset_t pending;
        sigemptyset(&pending);
        (void)sigpending(&pending);
        was_pending_ = sigismember(&pending, SIGPIPE) == 1;
        (void)pthread_sigmask(SIG_BLOCK, &signal_, &before_);
    }
    NoBrokenPipeSignal(const NoBrokenPipeSignal&) = delete;
    ~NoBrokenPipeSignal() { (void)pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

    // The write has raised it.
    void take() noexcept {
        const timespec at_once{};
        while (!was_pending_ && sigtimedwait(&signal_, nullptr, &at_once) < 0 && errno == EINTR) {
        }
    }

private:
    sigset_t signal_{};
    sigset_t before_{};
    bool was_pending_ = false;
};

}  // namespace

Result<Pipe> make_pipe(PipeSide ours) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return posix::fail_last();
    Pipe pipe{owned(ends[0]), owned(ends[1])};
    // Each end has its own flags, so the child's stays as every program expects it.
    const int kept = ends[ours == PipeSide::reader ? 0 : 1];
    if (::fcntl(kept, F_SETFL, ::fcntl(kept, F_GETFL) | O_NONBLOCK) != 0) return posix::fail_last();
    return pipe;
}

Result<std::size_t> read_pipe(NativeHandle reader, std::span<std::byte> into, Time until) {
    for (;;) {
        const ssize_t count = ::read(descriptor_of(reader), into.data(), into.size());
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno == EINTR) continue;
        if (errno != EAGAIN) return posix::fail_last();
        auto ready = wait_for(reader, POLLIN, until);
        if (!ready) return fail(ready.error());
        if (!*ready) return fail(Errc::timed_out);
    }
}

Result<void> write_pipe(NativeHandle writer, std::span<const std::byte> bytes, Time until) {
    NoBrokenPipeSignal guard;
    while (!bytes.empty()) {
        const ssize_t count = ::write(descriptor_of(writer), bytes.data(), bytes.size());
        if (count >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            continue;
        }
        if (errno == EINTR) continue;
        if (errno == EPIPE) {
            guard.take();
            return fail(Errc::connection_reset, EPIPE);
        }
        if (errno != EAGAIN) return posix::fail_last();
        auto ready = wait_for(writer, POLLOUT, until);
        if (!ready) return fail(ready.error());
        if (!*ready) return fail(Errc::timed_out);
    }
    return {};
}

Result<SystemHandle> open_file(const std::string& path, FileUse use) {
    switch (use) {
        case FileUse::read:
            return open_path(path.c_str(), O_RDONLY);
        case FileUse::write:
            return open_path(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC);
        case FileUse::append:
            return open_path(path.c_str(), O_WRONLY | O_CREAT | O_APPEND);
    }
    return fail(Errc::invalid_argument);
}

// Where there is no such device, none is made.
Result<SystemHandle> open_null(FileUse use) {
    return open_path("/dev/null", use == FileUse::read ? O_RDONLY : O_WRONLY);
}

}  // namespace pier::sys
