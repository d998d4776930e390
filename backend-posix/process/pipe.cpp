// Files and pipes, for the standard streams of child processes.
#include "engine/timeout.hpp"
#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "process/pipe_transfer.hpp"

#include <pier/sys/clock.hpp>
#include <pier/sys/pipe.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>

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

}  // namespace

Result<Pipe> make_pipe(PipeSide ours) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return posix::fail_last();
    Pipe pipe{owned(ends[0]), owned(ends[1])};
    // Each end has its own flags, so the child's stays as every program expects it.
    for (const PipeSide side : {PipeSide::reader, PipeSide::writer}) {
        if (ours != side && ours != PipeSide::both) continue;
        const int kept = ends[side == PipeSide::reader ? 0 : 1];
        if (::fcntl(kept, F_SETFL, ::fcntl(kept, F_GETFL) | O_NONBLOCK) != 0) return posix::fail_last();
    }
    if (ours == PipeSide::both) posix::enlarge(ends[1]);
    return pipe;
}

Result<std::size_t> read_pipe(NativeHandle reader, std::span<std::byte> into, Time until) {
    for (;;) {
        const ssize_t count = posix::read_some(descriptor_of(reader), into.data(), into.size());
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EAGAIN) return posix::fail_last();
        auto ready = wait_for(reader, POLLIN, until);
        if (!ready) return fail(ready.error());
        if (!*ready) return fail(Errc::timed_out);
    }
}

Result<void> write_pipe(NativeHandle writer, std::span<const std::byte> bytes, Time until) {
    while (!bytes.empty()) {
        const ssize_t count = posix::write_some(descriptor_of(writer), bytes.data(), bytes.size());
        if (count >= 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            continue;
        }
        if (errno == EPIPE) return fail(Errc::connection_reset, EPIPE);
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
