// The pieces of an operation, as the system wants them.
#pragma once

#include <pier/spi/operation.hpp>
#include <pier/spi/piece.hpp>

#include <sys/uio.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace pier::posix {

// At most largest_submission bytes together. Returns how many of the most_buffers in `list` are used.
inline std::uint32_t collect(const spi::Operation& op, iovec* list) noexcept {
    if (!op.has(spi::Operation::vectored)) {
        list[0] = {op.buffer, op.length};
        return 1;
    }
    std::uint32_t given = std::min(op.length, spi::most_buffers);
    std::uint32_t count = 0;
    for (std::size_t room = spi::largest_submission; count < given && room > 0; ++count) {
        const Buffer piece = spi::piece_of(op, count);
        std::size_t size = std::min(piece.size, room);
        list[count] = {piece.data, size};
        room -= size;
    }
    return count;
}

}  // namespace pier::posix
