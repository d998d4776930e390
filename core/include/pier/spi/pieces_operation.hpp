// A list of pieces that is sent, or filled, whole.
#pragma once

#include <pier/spi/operation.hpp>

#include <cstddef>
#include <cstdint>

namespace pier::spi {

// `whole` and `vectored`: `buffer` and `length` are the pieces under way, at most most_buffers of them.
struct PiecesOperation : Operation {
    using Operation::Operation;

    // Passes over so many bytes that were moved, and sets `buffer` and `length` to the pieces that follow.
    void (*skip)(PiecesOperation& op, std::uint32_t bytes) noexcept = nullptr;
    std::size_t rest = 0;  // bytes of the whole list that skip() has not passed over
};

}  // namespace pier::spi
