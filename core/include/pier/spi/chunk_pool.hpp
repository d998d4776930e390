// The loop's lendable buffers. One connection at a time holds one, unless its handler keeps it over a suspension, so
// a handful serve thousands of connections and stay in the cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

namespace pier::spi {

// One thread: the loop's.
class ChunkPool {
public:
    static constexpr std::uint32_t chunk_size = 64 * 1024;  // 16 KiB ones cost a third of bulk throughput
    static constexpr std::uint32_t most_chunks = 4096;      // 256 MiB; beyond it receives wait until one comes back
    static constexpr std::uint32_t kept_chunks = 64;        // free ones beyond this go back to the allocator

    ChunkPool() = default;
    ChunkPool(const ChunkPool&) = delete;
    ChunkPool& operator=(const ChunkPool&) = delete;
    ~ChunkPool();

    // Null when all are lent or memory is short.
    [[nodiscard]] std::byte* borrow() noexcept {
        if (free_ == nullptr) return grow();
        Free* chunk = free_;
        free_ = chunk->next;
        --idle_;
        ++lent_;
        return reinterpret_cast<std::byte*>(chunk);
    }
    void give_back(std::byte* chunk) noexcept {
        --lent_;
        if (idle_ >= kept_chunks) return release(chunk);
        free_ = ::new (static_cast<void*>(chunk)) Free{free_};
        ++idle_;
    }
    [[nodiscard]] std::uint32_t lent() const noexcept { return lent_; }

private:
    struct Free {
        Free* next;
    };
    std::byte* grow() noexcept;
    static void release(std::byte* chunk) noexcept;

    Free* free_ = nullptr;
    std::uint32_t idle_ = 0;
    std::uint32_t lent_ = 0;
};

}  // namespace pier::spi
