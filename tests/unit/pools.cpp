// Pools of chunks, timers and descriptors: limits and recycling.
#include <pier/chunk.hpp>
#include <pier/detail/timer_pool.hpp>
#include <pier/spi/chunk_pool.hpp>
#include <pier/spi/descriptor_pool.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

using pier::Chunk;
using pier::spi::ChunkPool;

TEST_CASE("chunks: borrowed ones are apart from each other and aligned") {
    ChunkPool pool;
    std::vector<std::byte*> chunks;
    for (int i = 0; i < 10; ++i) {
        std::byte* chunk = pool.borrow();
        REQUIRE(chunk != nullptr);
        CHECK(reinterpret_cast<std::uintptr_t>(chunk) % 64 == 0);
        std::memset(chunk, i, ChunkPool::chunk_size);
        chunks.push_back(chunk);
        CHECK(pool.lent() == chunks.size());
    }
    for (int i = 0; i < 10; ++i) {
        std::byte* chunk = chunks[static_cast<std::size_t>(i)];
        CHECK(
            std::ranges::all_of(chunk, chunk + ChunkPool::chunk_size, [&](std::byte b) { return b == std::byte(i); }));
        pool.give_back(chunk);
    }
    CHECK(pool.lent() == 0);
}

TEST_CASE("chunks: the one given back last is lent next, while it is in the cache") {
    ChunkPool pool;
    std::byte* first = pool.borrow();
    std::byte* second = pool.borrow();
    CHECK(first != second);
    pool.give_back(first);
    pool.give_back(second);
    CHECK(pool.borrow() == second);
    CHECK(pool.borrow() == first);
    pool.give_back(first);
    pool.give_back(second);
}

TEST_CASE("chunks: the limit holds, and one that comes back can be lent again") {
    ChunkPool pool;
    for (int round = 0; round < 2; ++round) {
        std::vector<std::byte*> chunks;
        std::set<std::byte*> different;
        for (std::uint32_t i = 0; i < ChunkPool::most_chunks; ++i) {
            std::byte* chunk = pool.borrow();
            REQUIRE(chunk != nullptr);
            chunks.push_back(chunk);
            different.insert(chunk);
        }
        CHECK(different.size() == ChunkPool::most_chunks);
        CHECK(pool.lent() == ChunkPool::most_chunks);
        CHECK(pool.borrow() == nullptr);
        CHECK(pool.borrow() == nullptr);
        CHECK(pool.lent() == ChunkPool::most_chunks);
        pool.give_back(chunks.back());
        CHECK(pool.borrow() == chunks.back());
        CHECK(pool.borrow() == nullptr);
        // More than are kept: the rest goes back to the allocator, which the sanitizers watch.
        for (std::byte* chunk : chunks) pool.give_back(chunk);
        CHECK(pool.lent() == 0);
    }
}

TEST_CASE("chunks: the handle gives back once") {
    ChunkPool pool;
    std::byte* memory = pool.borrow();
    {
        Chunk chunk(memory, 5, pool);
        CHECK_FALSE(chunk.empty());
        CHECK(chunk.size() == 5);
        CHECK(chunk.data() == memory);
        CHECK(chunk.bytes().size() == 5);
        Chunk moved(std::move(chunk));
        CHECK(chunk.empty());  // NOLINT: that is the point
        CHECK(chunk.data() == nullptr);
        CHECK(moved.data() == memory);
        CHECK(pool.lent() == 1);
        Chunk other(pool.borrow(), 7, pool);
        CHECK(pool.lent() == 2);
        other = std::move(moved);
        CHECK(other.data() == memory);
        CHECK(other.size() == 5);
        Chunk none;
        CHECK(none.empty());
        none = std::move(other);
        CHECK(none.data() == memory);
    }
    CHECK(pool.lent() == 0);
}

TEST_CASE("timers: recycled clean, and each to one user") {
    pier::spi::TimerPool pool;
    std::set<pier::spi::Timer*> timers;
    for (int i = 0; i < 1000; ++i) {
        pier::spi::Timer* timer = pool.acquire();
        REQUIRE(timer != nullptr);
        CHECK(timer->before == nullptr);
        CHECK(timer->after == nullptr);
        CHECK(timer->operation == nullptr);
        CHECK(timers.insert(timer).second);
        timer->expiry = pier::never;
    }
    for (pier::spi::Timer* timer : timers) pool.recycle(*timer);
    for (int i = 0; i < 1000; ++i) {
        pier::spi::Timer* timer = pool.acquire();
        CHECK(timers.erase(timer) == 1);  // no new memory while there is free one
        CHECK(timer->after == nullptr);
        CHECK(timer->expiry == pier::Time{});
    }
}

TEST_CASE("descriptors: built anew at each use, in recycled memory") {
    static int alive = 0;
    struct Mine : pier::spi::Descriptor {
        Mine() { ++alive; }
        Mine(const Mine&) = delete;
        Mine& operator=(const Mine&) = delete;
        ~Mine() { --alive; }
        int value = 3;
    };
    alive = 0;
    {
        pier::spi::DescriptorPool<Mine> pool;
        std::set<Mine*> all;
        for (int i = 0; i < 200; ++i) {
            Mine* mine = pool.acquire();
            REQUIRE(mine != nullptr);
            CHECK(mine->value == 3);
            CHECK(mine->socket == pier::spi::no_socket);
            mine->value = 4;
            mine->closing = true;
            mine->lanes[0].poisoned = true;
            CHECK(all.insert(mine).second);
        }
        CHECK(alive == 200);
        CHECK(pool.live() == 200);
        for (Mine* mine : all) pool.recycle(*mine);
        CHECK(alive == 0);
        CHECK(pool.live() == 0);
        Mine* again = pool.acquire();
        CHECK(all.contains(again));
        CHECK(again->value == 3);
        CHECK_FALSE(again->closing);
        CHECK_FALSE(again->lanes[0].poisoned);
        pool.recycle(*again);
    }
    CHECK(alive == 0);
}
