#include <pier/spi/chunk_pool.hpp>

#include <pier/detail/assert.hpp>

#include <new>

namespace pier::spi {
namespace {
// A cache line's alignment, so that a chunk shares none with its neighbours.
constexpr std::align_val_t alignment{64};
}  // namespace

ChunkPool::~ChunkPool() {
    require(lent_ == 0, "a chunk outlived its loop");
    while (idle_ > 0) release(free_[--idle_]);
}

std::byte* ChunkPool::grow() noexcept {
    if (lent_ >= most_chunks) return nullptr;
    void* chunk = ::operator new(chunk_size, alignment, std::nothrow);
    if (chunk != nullptr) ++lent_;
    return static_cast<std::byte*>(chunk);
}

void ChunkPool::release(std::byte* chunk) noexcept { ::operator delete(chunk, alignment); }

}  // namespace pier::spi
