// Queues are none of Windows, and its signals none that programs could send each other.
#include "raw_ipc/raw.hpp"

#include <array>

namespace pier::sys {

std::span<const RawKind> raw_kinds() {
    static const std::array all{win32::raw_pipe(), win32::raw_named_pipe(), win32::raw_shared_memory(),
                                win32::raw_semaphore()};
    return all;
}

}  // namespace pier::sys
