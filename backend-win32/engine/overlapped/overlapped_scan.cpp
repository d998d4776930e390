#include "engine/overlapped/overlapped_scan.hpp"

#include <pier/detail/make_room.hpp>

#include <new>

namespace pier::win32 {

Result<void> OverlappedScan::reserve(std::size_t records) noexcept {
    try {
        spi::make_room(records_, records);
    } catch (const std::bad_alloc&) {
        return fail(Errc::not_enough_memory);
    }
    return {};
}

}  // namespace pier::win32
