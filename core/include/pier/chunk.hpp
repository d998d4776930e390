// Received bytes in a buffer that the loop lent.
#pragma once

#include <pier/spi/chunk_pool.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace pier {

// Move-only. Hand it back (let it go) before the handler waits for more: a chunk kept over a suspension costs 64 KiB.
// Confined to the thread of its loop, and must not outlive it.
class Chunk {
public:
    Chunk() = default;
    Chunk(std::byte* data, std::size_t size, spi::ChunkPool& pool) noexcept : data_(data), size_(size), pool_(&pool) {}
    Chunk(Chunk&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)), pool_(other.pool_) {}
    Chunk& operator=(Chunk&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(pool_, other.pool_);
        return *this;
    }
    ~Chunk() {
        if (data_ != nullptr) pool_->give_back(data_);
    }

    // True at the end of the stream, and only there.
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {data_, size_}; }
    operator std::span<const std::byte>() const noexcept { return bytes(); }  // NOLINT: a chunk is its bytes

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    spi::ChunkPool* pool_ = nullptr;
};

}  // namespace pier
