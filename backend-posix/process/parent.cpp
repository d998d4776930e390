#include <pier/tool/child_process.hpp>

#include <sys/prctl.h>
#include <unistd.h>
#include <csignal>

namespace pier::sys {

std::uint64_t own_id() noexcept { return static_cast<std::uint64_t>(::getpid()); }

void end_with_parent(std::uint64_t parent) noexcept {
    (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
    // It may have ended before: then the system tells nobody any more.
    if (static_cast<std::uint64_t>(::getppid()) != parent) ::_exit(1);
}

}  // namespace pier::sys
