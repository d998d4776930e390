// Pieces of memory that a scattered receive fills and a gathered send takes.
#pragma once

#include <cstddef>
#include <span>

namespace pier {

// The memory is the caller's, and stays where it is while an operation has it. Sizes in bytes; a piece may be empty.
struct Buffer {
    std::byte* data = nullptr;
    std::size_t size = 0;
};

struct ConstBuffer {
    const std::byte* data = nullptr;
    std::size_t size = 0;

    ConstBuffer() = default;
    ConstBuffer(const std::byte* from, std::size_t length) noexcept : data(from), size(length) {}
    ConstBuffer(const Buffer& buffer) noexcept : data(buffer.data), size(buffer.size) {}                // NOLINT
    ConstBuffer(std::span<const std::byte> bytes) noexcept : data(bytes.data()), size(bytes.size()) {}  // NOLINT
};

}  // namespace pier
