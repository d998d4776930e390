#include "raw_ipc/raw.hpp"

#include <array>

namespace pier::sys {

std::span<const RawKind> raw_kinds() {
    static const std::array all{posix::raw_pipe(),      posix::raw_named_pipe(),    posix::raw_shared_memory(),
                                posix::raw_semaphore(), posix::raw_queue(),         posix::raw_signal(),
                                posix::raw_unix(),      posix::raw_socket_passing()};
    return all;
}

}  // namespace pier::sys
