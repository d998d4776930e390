#include <pier/spi/frame_pool.hpp>

#include <array>
#include <new>

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

// Slabs are freed with the thread. A frame that is still alive then, or was freed by another thread, would dangle: so slabs with
// frames outstanding are left to the process. In a program that joins its scopes there are none.
class Frames {
public:
    ~Frames() {
        if (outstanding_ != 0) return;
        while (slabs_ != nullptr) {
            Slab* slab = slabs_;
            slabs_ = slab->next;
            ::operator delete(slab);
        }
    }

    void* take(std::size_t size_class) {
        if (lists_[size_class] == nullptr) grow(size_class);
        Free* frame = lists_[size_class];
        lists_[size_class] = frame->next;
        ++outstanding_;
        return frame;
    }

    void put(void* memory, std::size_t size_class) noexcept {
        lists_[size_class] = ::new (memory) Free{lists_[size_class]};
        --outstanding_;
    }

private:
    void grow(std::size_t size_class) {
        std::size_t size = size_class * step;
        auto* bytes = static_cast<std::byte*>(::operator new(slab_bytes));
        slabs_ = ::new (bytes) Slab{slabs_};
        for (std::size_t at = step; at + size <= slab_bytes; at += size) {
            lists_[size_class] = ::new (bytes + at) Free{lists_[size_class]};
        }
    }

    std::array<Free*, largest / step + 1> lists_{};
    Slab* slabs_ = nullptr;
    std::ptrdiff_t outstanding_ = 0;
};

thread_local Frames frames;

constexpr std::size_t class_of(std::size_t size) noexcept { return (size + step - 1) / step; }

}  // namespace

void* allocate_frame(std::size_t size) {
    if (PIER_FRAMES_FROM_HEAP || size > largest) return ::operator new(size);
    return frames.take(class_of(size));
}

void free_frame(void* frame, std::size_t size) noexcept {
    if (PIER_FRAMES_FROM_HEAP || size > largest) return ::operator delete(frame);
    frames.put(frame, class_of(size));
}

}  // namespace pier::spi
