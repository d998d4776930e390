#include "engine/uring/uring_buffers.hpp"

#include <sys/mman.h>
#include <cerrno>
#include <utility>

namespace pier::posix {
namespace {
constexpr std::size_t ring_bytes = UringBuffers::count * sizeof(io_uring_buf);
}  // namespace

int UringBuffers::open(io_uring& ring, spi::ChunkPool& chunks) noexcept {
    void* memory = mmap(nullptr, ring_bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (memory == MAP_FAILED) return -errno;
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
    registration.ring_entries = count;
    registration.bgid = group;
    if (int failed = io_uring_register_buf_ring(&ring, &registration, 0); failed != 0) {
        munmap(memory, ring_bytes);
        return failed;
    }
    entries_ = static_cast<io_uring_buf_ring*>(memory);
    io_uring_buf_ring_init(entries_);
    chunks_ = &chunks;
    for (std::uint16_t i = 0; i < count; ++i) missing_[i] = i;
    missing_count_ = count;
    return 0;
}

void UringBuffers::close(io_uring& ring) noexcept {
    if (entries_ == nullptr) return;
    io_uring_unregister_buf_ring(&ring, group);
    munmap(std::exchange(entries_, nullptr), ring_bytes);
    for (std::byte*& chunk : lent_) {
        if (chunk != nullptr) chunks_->give_back(std::exchange(chunk, nullptr));
    }
}

std::byte* UringBuffers::take(std::uint32_t cqe_flags) noexcept {
    auto number = static_cast<std::uint16_t>(cqe_flags >> IORING_CQE_BUFFER_SHIFT);
    missing_[missing_count_++] = number;
    return std::exchange(lent_[number], nullptr);
}

void UringBuffers::refill() noexcept {
    int added = 0;
    while (missing_count_ > 0) {
        std::byte* chunk = chunks_->borrow();
        if (chunk == nullptr) break;
        std::uint16_t number = missing_[--missing_count_];
        lent_[number] = chunk;
        io_uring_buf_ring_add(entries_, chunk, spi::ChunkPool::chunk_size, number, io_uring_buf_ring_mask(count),
                              added++);
    }
    if (added > 0) io_uring_buf_ring_advance(entries_, added);
}

}  // namespace pier::posix
