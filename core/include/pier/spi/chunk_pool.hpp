// The loop's lendable buffers. One connection at a time holds one, unless its handler keeps it over a suspension, so
// a handful serve thousands of connections and stay in the cache.
#pragma once

#include <pier/spi/limits.hpp>

#include <cstddef>
#include <cstdint>
#include <new>

namespace pier::spi {

// One thread: the loop's.
class ChunkPool {
public:
    static constexpr std::uint32_t chunk_size = limits::chunk_size;
    static constexpr std::uint32_t most_chunks = limits::most_chunks;

    ChunkPool() = default;
    ChunkPool(const ChunkPool&) = delete;
    ChunkPool& operator=(const ChunkPool&) = delete;
    ~ChunkPool();

    // Null when all are lent or memory is short.
    [[nodiscard]] std::byte* borrow() noexcept {
        if (idle_ == 0) return grow();
        ++lent_;
        return free_[--idle_];
    }
    void give_back(std::byte* chunk) noexcept {
        --lent_;
        if (idle_ >= limits::kept_chunks) return release(chunk);
        free_[idle_++] = chunk;
    }
    [[nodiscard]] std::uint32_t lent() const noexcept { return lent_; }

private:
    std::byte* grow() noexcept;
    static void release(std::byte* chunk) noexcept;

    std::uint32_t idle_ = 0;
    std::uint32_t lent_ = 0;
    // The last in is the first out, for the cache. Not linked through the chunks: their memory would be touched once
    // more for that.
    std::byte* free_[limits::kept_chunks] = {};
};

}  // namespace pier::spi
