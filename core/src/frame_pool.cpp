#include <pier/spi/frame_pool.hpp>

#include <array>
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

constexpr std::size_t step = 32;
constexpr std::size_t largest = 4096;
constexpr std::size_t slab_bytes = 16 * 1024;

struct Free {
    Free* next;
};

struct Slab {
    Slab* next;
};

constexpr std::size_t classes = largest / step + 1;
using Lists = std::array<Free*, classes>;

// What threads leave behind when they end: a frame may have been made by another thread, so slabs belong to the process. Reused by
// every thread, so their number follows the most frames that ever lived.
class Estate {
public:
    // A list of that class left by a thread, or a new slab's.
    Free* inherit(std::size_t size_class) {
        std::lock_guard lock(mutex_);
        if (Free* list = std::exchange(lists_[size_class], nullptr)) return list;
        std::size_t size = size_class * step;
        auto* bytes = static_cast<std::byte*>(::operator new(slab_bytes));
        slabs_ = ::new (bytes) Slab{slabs_};
        Free* list = nullptr;
        for (std::size_t at = step; at + size <= slab_bytes; at += size) list = ::new (bytes + at) Free{list};
        return list;
    }

    void bequeath(const Lists& lists) noexcept {
        std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < classes; ++i) {
            Free* last = lists[i];
            if (last == nullptr) continue;
            while (last->next != nullptr) last = last->next;
            last->next = std::exchange(lists_[i], lists[i]);
        }
    }

private:
    std::mutex mutex_;
    Lists lists_{};
    Slab* slabs_ = nullptr;
};

// Never destroyed: threads may end after main().
Estate& estate() noexcept {
    static auto* only = new Estate;
    return *only;
}

// Without a destructor: GCC's emulated thread-local storage (mingw) is freed before destructors run. Loop::run hands over instead.
constinit thread_local Lists own{};

constexpr std::size_t class_of(std::size_t size) noexcept { return (size + step - 1) / step; }

}  // namespace

void* allocate_frame(std::size_t size) {
    if (PIER_FRAMES_FROM_HEAP || size > largest) return ::operator new(size);
    Free*& list = own[class_of(size)];
    if (list == nullptr) list = estate().inherit(class_of(size));
    return std::exchange(list, list->next);
}

void free_frame(void* frame, std::size_t size) noexcept {
    if (PIER_FRAMES_FROM_HEAP || size > largest) return ::operator delete(frame);
    Free*& list = own[class_of(size)];
    list = ::new (frame) Free{list};
}

void hand_over_frames() noexcept { estate().bequeath(std::exchange(own, Lists{})); }

}  // namespace pier::spi
