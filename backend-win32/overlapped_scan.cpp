#include "overlapped_scan.hpp"

#include <new>

namespace pier::win32 {

Result<void> OverlappedScan::reserve(std::size_t descriptors) noexcept {
    if (records_.capacity() >= 2 * descriptors) return {};
    try {
        records_.reserve(4 * descriptors + 64);
    } catch (const std::bad_alloc&) {
        return fail(Errc::not_enough_memory);
    }
    return {};
}

}  // namespace pier::win32
