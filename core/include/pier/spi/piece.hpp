// The pieces of a vectored operation.
#pragma once

#include <pier/buffer.hpp>
#include <pier/spi/operation.hpp>

#include <cstdint>

namespace pier::spi {

// The caller's array is of Buffers for a receive, of ConstBuffers for a send, which is never written through.
[[nodiscard]] inline Buffer piece_of(const Operation& op, std::uint32_t index) noexcept {
    if (op.verb != Verb::send) return reinterpret_cast<const Buffer*>(op.buffer)[index];
    const ConstBuffer& piece = reinterpret_cast<const ConstBuffer*>(op.buffer)[index];
    return {const_cast<std::byte*>(piece.data), piece.size};
}

}  // namespace pier::spi
