// The process: its arguments and limits.
#include <pier/spi/sys.hpp>

#include <sys/resource.h>

namespace pier::sys {

std::vector<std::string> arguments(int argc, char** argv) { return {argv, argv + argc}; }

void prepare_process() noexcept {
    // The soft limit is there for programs that use select; a server wants what it is allowed. Refusal changes nothing.
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace pier::sys
