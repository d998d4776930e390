#include "counter.hpp"

#include "../unit/sanitizer.hpp"

#include <pier/spi/chunk_pool.hpp>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> count{0};
std::atomic<std::uint64_t> refused_one{0};
std::atomic<std::int64_t> chunks{0};
constexpr std::size_t usual = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

}  // namespace

#if !PIER_TEST_THREAD_SANITIZER
namespace {

// In front of what the caller gets. Aligned allocation of one's own, since not every system's library has
// aligned_alloc.
struct Header {
    void* block;
    std::size_t size;
};

bool is_chunk(std::size_t size) noexcept { return size == pier::spi::ChunkPool::chunk_size; }

void* take(std::size_t size, std::size_t alignment) noexcept {
    std::uint64_t number = count.fetch_add(1, std::memory_order_relaxed) + 1;
    if (number == refused_one.load(std::memory_order_relaxed)) return nullptr;
    if (alignment < alignof(std::max_align_t)) alignment = alignof(std::max_align_t);
    if (size > SIZE_MAX - sizeof(Header) - alignment) return nullptr;
    void* block = std::malloc(size + sizeof(Header) + alignment);
    if (block == nullptr) return nullptr;
    auto address = reinterpret_cast<std::uintptr_t>(block) + sizeof(Header) + alignment - 1;
    address -= address % alignment;
    auto* header = reinterpret_cast<Header*>(address) - 1;
    *header = {block, size};
    if (is_chunk(size)) chunks.fetch_add(1, std::memory_order_relaxed);
    return header + 1;
}

void* take_or_throw(std::size_t size, std::size_t alignment) {
    void* memory = take(size, alignment);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

void give(void* memory) noexcept {
    if (memory == nullptr) return;
    auto* header = static_cast<Header*>(memory) - 1;
    if (is_chunk(header->size)) chunks.fetch_sub(1, std::memory_order_relaxed);
    std::free(header->block);
}

constexpr std::size_t of(std::align_val_t alignment) noexcept { return static_cast<std::size_t>(alignment); }

}  // namespace

void* operator new(std::size_t size) { return take_or_throw(size, usual); }
void* operator new[](std::size_t size) { return take_or_throw(size, usual); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take(size, usual); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return take(size, usual); }
void* operator new(std::size_t size, std::align_val_t a) { return take_or_throw(size, of(a)); }
void* operator new[](std::size_t size, std::align_val_t a) { return take_or_throw(size, of(a)); }
void* operator new(std::size_t size, std::align_val_t a, const std::nothrow_t&) noexcept { return take(size, of(a)); }
void* operator new[](std::size_t size, std::align_val_t a, const std::nothrow_t&) noexcept { return take(size, of(a)); }

void operator delete(void* memory) noexcept { give(memory); }
void operator delete[](void* memory) noexcept { give(memory); }
void operator delete(void* memory, std::size_t) noexcept { give(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { give(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { give(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { give(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { give(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept { give(memory); }
void operator delete[](void* memory, std::align_val_t, const std::nothrow_t&) noexcept { give(memory); }
#endif

namespace alloc {

bool counts() noexcept { return PIER_TEST_THREAD_SANITIZER == 0; }

std::uint64_t allocations() noexcept { return count.load(std::memory_order_relaxed); }

void refuse(std::uint64_t nth) noexcept {
    refused_one.store(nth == 0 ? 0 : allocations() + nth, std::memory_order_relaxed);
}

bool refused() noexcept {
    const std::uint64_t nth = refused_one.load(std::memory_order_relaxed);
    return nth != 0 && allocations() >= nth;
}

std::int64_t live_chunks() noexcept { return chunks.load(std::memory_order_relaxed); }

bool every_form_is_counted() {
    bool good = true;
    auto check = [&](void* memory, std::uint64_t before, std::size_t alignment) {
        if (memory == nullptr || allocations() != before + 1) good = false;
        if (reinterpret_cast<std::uintptr_t>(memory) % alignment != 0) good = false;
    };
    constexpr std::size_t size = 100;
    for (std::size_t alignment : {std::size_t{32}, std::size_t{64}, std::size_t{4096}}) {
        std::align_val_t a{alignment};
        std::uint64_t before = allocations();
        void* memory = ::operator new(size, a);
        check(memory, before, alignment);
        ::operator delete(memory, a);
        before = allocations();
        memory = ::operator new[](size, a);
        check(memory, before, alignment);
        ::operator delete[](memory, size, a);
        before = allocations();
        memory = ::operator new(size, a, std::nothrow);
        check(memory, before, alignment);
        ::operator delete(memory, a, std::nothrow);
        before = allocations();
        memory = ::operator new[](size, a, std::nothrow);
        check(memory, before, alignment);
        ::operator delete[](memory, a, std::nothrow);
    }
    std::uint64_t before = allocations();
    void* memory = ::operator new(size);
    check(memory, before, usual);
    ::operator delete(memory);
    before = allocations();
    memory = ::operator new[](size);
    check(memory, before, usual);
    ::operator delete[](memory, size);
    before = allocations();
    memory = ::operator new(size, std::nothrow);
    check(memory, before, usual);
    ::operator delete(memory, std::nothrow);
    before = allocations();
    memory = ::operator new[](size, std::nothrow);
    check(memory, before, usual);
    ::operator delete[](memory, std::nothrow);
    return good;
}

}  // namespace alloc
