// Memory of coroutine frames: apart, aligned, recycled, handed from thread to thread.
#include "../support/semaphore.hpp"
#include "sanitizer.hpp"

#include <pier/detail/frame_pool.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

using pier::spi::allocate_frame;
using pier::spi::free_frame;

namespace {

// A frame full of one value, which shows when another user writes into it.
struct Frame {
    void* memory = nullptr;
    std::size_t size = 0;
    unsigned char value = 0;
};

Frame make(std::size_t size, unsigned char value) {
    Frame frame{allocate_frame(size), size, value};
    std::memset(frame.memory, value, size);
    return frame;
}

bool intact(const Frame& frame) {
    const auto* bytes = static_cast<const unsigned char*>(frame.memory);
    for (std::size_t i = 0; i < frame.size; ++i) {
        if (bytes[i] != frame.value) return false;
    }
    return true;
}

}  // namespace

TEST_CASE("frames: every size, apart from each other and aligned") {
    std::vector<Frame> frames;
    unsigned char value = 0;
    for (int round = 0; round < 2; ++round) {
        for (std::size_t size = 1; size <= 4200; size += size < 300 ? 1 : 31) frames.push_back(make(size, ++value));
        for (std::size_t size : {4064UZ, 4065UZ, 4095UZ, 4096UZ, 4097UZ, 100'000UZ})
            frames.push_back(make(size, ++value));
    }
    for (const Frame& frame : frames) {
        CHECK(reinterpret_cast<std::uintptr_t>(frame.memory) % __STDCPP_DEFAULT_NEW_ALIGNMENT__ == 0);
        CHECK(intact(frame));
    }
    for (const Frame& frame : frames) free_frame(frame.memory, frame.size);
}

TEST_CASE("frames: what was freed is used again") {
    if (unit::frames_from_heap) {
        MESSAGE("skipped: under a sanitizer frames come from the heap");
        return;
    }
    for (std::size_t size : {1UZ, 32UZ, 33UZ, 500UZ, 4096UZ}) {
        CAPTURE(size);
        void* first = allocate_frame(size);
        free_frame(first, size);
        void* second = allocate_frame(size);
        CHECK(second == first);
        free_frame(second, size);
        // One size class serves neighbouring sizes.
        std::size_t top = std::max<std::size_t>(32, (size + 15) / 16 * 16);
        void* third = allocate_frame(top);
        CHECK(third == first);
        free_frame(third, top);
    }
    // However many, no new memory on the second time.
    std::set<void*> first;
    for (int i = 0; i < 1000; ++i) first.insert(allocate_frame(600));
    CHECK(first.size() == 1000);
    for (void* frame : first) free_frame(frame, 600);
    std::vector<void*> second;
    for (int i = 0; i < 1000; ++i) second.push_back(allocate_frame(600));
    for (void* frame : second) {
        CHECK(first.contains(frame));
        free_frame(frame, 600);
    }
}

TEST_CASE("frames: what an ended thread freed is inherited") {
    if (unit::frames_from_heap) {
        MESSAGE("skipped: under a sanitizer frames come from the heap");
        return;
    }
    // A size class that nothing else here uses.
    constexpr std::size_t size = 3210;
    std::set<void*> seen;
    auto use = [&] {
        void* frames[20];
        for (void*& frame : frames) frame = allocate_frame(size);
        for (void* frame : frames) {
            seen.insert(frame);
            free_frame(frame, size);
        }
    };
    auto work = [&] {
        use();
        pier::spi::hand_over_frames();  // as Loop::run does at its end
    };
    for (int i = 0; i < 200; ++i) std::thread(work).join();
    // Threads that come and go one after the other need no more than one of them does, rounded up to slabs.
    CHECK(seen.size() <= 40);
}

TEST_CASE("frames: threads exchange them") {
    constexpr int threads = 4;
    constexpr int steps = 20'000;
    std::mutex mutex;
    std::vector<Frame> shared;
    bool damaged = false;
    std::vector<std::thread> all;
    support::Semaphore begin;
    for (int t = 0; t < threads; ++t) {
        all.emplace_back([&, t] {
            std::mt19937 random(static_cast<std::uint32_t>(t) + 1);
            begin.acquire();
            for (int i = 0; i < steps; ++i) {
                if (random() % 2 == 0) {
                    Frame frame = make(random() % 700 + 1, static_cast<unsigned char>(random() & 0xff));
                    std::lock_guard lock(mutex);
                    shared.push_back(frame);
                } else {
                    Frame frame;
                    {
                        std::lock_guard lock(mutex);
                        if (shared.empty()) continue;
                        std::swap(shared[random() % shared.size()], shared.back());
                        frame = shared.back();
                        shared.pop_back();
                        if (!intact(frame)) damaged = true;
                    }
                    free_frame(frame.memory, frame.size);
                }
            }
        });
    }
    for (int t = 0; t < threads; ++t) begin.release();
    for (std::thread& thread : all) thread.join();
    CHECK_FALSE(damaged);
    for (const Frame& frame : shared) {
        CHECK(intact(frame));
        free_frame(frame.memory, frame.size);
    }
}

TEST_CASE("frames: one thread makes, the other frees, and memory stays within bounds") {
    if (unit::frames_from_heap) {
        MESSAGE("skipped: under a sanitizer frames come from the heap");
        return;
    }
    constexpr std::size_t size = 2890;
    constexpr int alive = 8;
    constexpr int rounds = 20'000;
    void* ring[alive] = {};
    support::Semaphore room(alive);
    support::Semaphore made;
    std::thread other([&] {
        for (int i = 0; i < rounds; ++i) {
            made.acquire();
            free_frame(ring[i % alive], size);
            room.release();
        }
    });
    std::set<void*> seen;
    for (int i = 0; i < rounds; ++i) {
        room.acquire();
        ring[i % alive] = allocate_frame(size);
        seen.insert(ring[i % alive]);
        made.release();
    }
    other.join();
    // Eight live at a time; the lists of two threads may hold some.
    CHECK(seen.size() < 2000);
}
