#include <pier/tool/child_process.hpp>

#include <sys/resource.h>

namespace pier::sys {

void crash_at_once() noexcept {
    const rlimit no_file{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &no_file);
}

}  // namespace pier::sys
