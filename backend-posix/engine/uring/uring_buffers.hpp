// A ring of the loop's chunks that the kernel picks from when data has come: an idle receive pins no memory.
#pragma once

#include <pier/spi/chunk_pool.hpp>

#include <liburing.h>
#include <cstdint>

namespace pier::posix {

// io_uring_register(2), IORING_REGISTER_PBUF_RING. Confined to the ring's thread.
class UringBuffers {
public:
    static constexpr std::uint16_t group = 0;
    static constexpr std::uint16_t count = spi::limits::uring_buffers;

    UringBuffers() = default;
    UringBuffers(const UringBuffers&) = delete;
    UringBuffers& operator=(const UringBuffers&) = delete;

    // 0 or a negative errno.
    [[nodiscard]] int open(io_uring& ring, spi::ChunkPool& chunks) noexcept;
    void close(io_uring& ring) noexcept;

    // The chunk that a completion names. It is the caller's from now on.
    [[nodiscard]] std::byte* take(std::uint32_t cqe_flags) noexcept;
    // Gives the kernel new chunks for those taken, as far as the pool has some.
    void refill() noexcept;

private:
    io_uring_buf_ring* entries_ = nullptr;
    spi::ChunkPool* chunks_ = nullptr;
    std::byte* lent_[count] = {};  // by buffer number; null where the kernel has none
    std::uint16_t missing_[count] = {};
    std::uint16_t missing_count_ = 0;
};

}  // namespace pier::posix
