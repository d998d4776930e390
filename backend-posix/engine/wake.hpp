// What wakes a waiting thread: an axis of its own, the same for every poller.
#pragma once

#include <pier/result.hpp>

#include <atomic>
#include <optional>

namespace pier::posix {

// An eventfd. One thread waits for descriptor() to become readable, any thread (also a signal handler) wakes it.
class Wake {
public:
    [[nodiscard]] static Result<Wake> make();
    Wake(Wake&& other) noexcept;
    Wake& operator=(Wake&&) = delete;
    ~Wake();

    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
    void wake() noexcept;
    // Level-triggered waiters take it back after it was seen; an edge-triggered one never has to.
    void drain() noexcept;

private:
    explicit Wake(int descriptor) noexcept : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace pier::posix
