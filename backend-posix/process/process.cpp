// The process: its arguments and limits.
#include <pier/sys/console.hpp>
#include <pier/sys/process.hpp>
#include <pier/sys/socket.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <string_view>

namespace pier::sys {

std::vector<std::string> arguments(int argc, char** argv) { return {argv, argv + argc}; }

// Found again wherever it was started from, and also when its file has been replaced. A process that is about to be
// another program still has the one of its parent.
std::string own_program() { return "/proc/self/exe"; }

void ignore_broken_pipe_signal() noexcept {
    auto before = std::signal(SIGPIPE, SIG_IGN);
    if (before != SIG_DFL && before != SIG_ERR) std::signal(SIGPIPE, before);
}

bool is_terminal(StandardStream stream) noexcept {
    const char* kind = std::getenv("TERM");
    const bool obeys = kind != nullptr && std::string_view(kind) != "dumb";
    return obeys && ::isatty(stream == StandardStream::output ? STDOUT_FILENO : STDERR_FILENO) == 1;
}

// A program that was started without a standard stream would give its number to a socket or an engine, and write its
// messages there, read its input from there, and be ended by libuv, which refuses to close such a number.
Result<void> start_up() {
    static std::mutex one_at_a_time;
    std::lock_guard lock(one_at_a_time);
    for (int stream : {0, 1, 2}) {
        if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
        // What is written to a missing stdout is lost, and print() says so: nothing can be written to this one either.
        (void)::open("/dev/null", stream == STDOUT_FILENO ? O_RDONLY : O_RDWR);
    }
    return {};
}

void prepare_process() noexcept {
    (void)start_up();
    // Else a reader that leaves early (`| head -1`) ends us by a signal, where print() has a sentence and a status.
    ignore_broken_pipe_signal();
    // The soft limit is there for programs that use select; a server wants what it is allowed. Refusal changes nothing.
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace pier::sys
