#include <pier/detail/frame_pool.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <mutex>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PIER_FRAMES_FROM_HEAP 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PIER_FRAMES_FROM_HEAP 1
#endif
#endif
#ifndef PIER_FRAMES_FROM_HEAP
#define PIER_FRAMES_FROM_HEAP 0
#endif

namespace pier::spi {
namespace {

constexpr std::size_t step = 16;
static_assert(step % alignof(std::max_align_t) == 0);
constexpr std::size_t largest = 4096;
constexpr std::size_t slab_bytes = 16 * 1024;

struct Free {
    Free* next;
    // Only in the first of a batch that the estate holds.
    Free* next_batch;
    std::size_t count;
};
constexpr std::size_t smallest = 2 * step;
static_assert(sizeof(Free) <= smallest);

struct Slab {
    Slab* next;
};

constexpr std::size_t classes = largest / step + 1;
// What a thread keeps of one class; the rest goes to the others. A thread that only frees what another makes would
// hoard it.
constexpr std::size_t kept_bytes = 256 * 1024;

struct List {
    Free* head = nullptr;
    std::size_t count = 0;
};
using Lists = std::array<List, classes>;

// What threads leave behind when they end: a frame may have been made by another thread, so slabs belong to the
// process. Reused by every thread, so their number follows the most frames that ever lived.
class Estate {
public:
    // A batch of that class as a thread left it, or a new slab's. Never all there is: a thread that got more than it
    // keeps would hand it back at its next free.
    List inherit(std::size_t size_class) {
        std::lock_guard lock(mutex_);
        if (Free* batch = batches_[size_class]) {
            batches_[size_class] = batch->next_batch;
            return {batch, batch->count};
        }
        std::size_t size = size_class * step;
        auto* bytes = static_cast<std::byte*>(::operator new(slab_bytes));
        slabs_ = ::new (bytes) Slab{slabs_};
        List list;
        for (std::size_t at = step; at + size <= slab_bytes; at += size) {
            list.head = ::new (bytes + at) Free{list.head, nullptr, 0};
            ++list.count;
        }
        return list;
    }

    void bequeath(std::size_t size_class, List list) noexcept {
        if (list.head == nullptr) return;
        std::lock_guard lock(mutex_);
        list.head->count = list.count;
        list.head->next_batch = std::exchange(batches_[size_class], list.head);
    }

private:
    std::mutex mutex_;
    std::array<Free*, classes> batches_{};
    Slab* slabs_ = nullptr;
};

// Never destroyed: threads may end after main(). In static memory, because the first frame may be the one for which
// there is none.
Estate& estate() noexcept {
    alignas(Estate) static std::byte memory[sizeof(Estate)];
    static auto* only = ::new (memory) Estate;
    return *only;
}

// Without a destructor: GCC's emulated thread-local storage (mingw) is freed before destructors run. Loop::run hands
// over instead.
constinit thread_local Lists own{};

constexpr std::size_t class_of(std::size_t size) noexcept { return (std::max(size, smallest) + step - 1) / step; }

}  // namespace

void* allocate_frame(std::size_t size) {
    if (PIER_FRAMES_FROM_HEAP || size > largest) return ::operator new(size);
    List& list = own[class_of(size)];
    if (list.head == nullptr) list = estate().inherit(class_of(size));
    --list.count;
    return std::exchange(list.head, list.head->next);
}

void free_frame(void* frame, std::size_t size) noexcept {
    if (PIER_FRAMES_FROM_HEAP || size > largest) return ::operator delete(frame);
    std::size_t size_class = class_of(size);
    List& list = own[size_class];
    list.head = ::new (frame) Free{list.head, nullptr, 0};
    if (++list.count * size_class * step > kept_bytes) estate().bequeath(size_class, std::exchange(list, List{}));
}

void hand_over_frames() noexcept {
    for (std::size_t i = 0; i < classes; ++i) estate().bequeath(i, std::exchange(own[i], List{}));
}

}  // namespace pier::spi
