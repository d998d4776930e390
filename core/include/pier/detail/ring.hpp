// A queue with a fixed number of places.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace pier::spi {

// First in, first out. Allocates when it is made and never again. Not synchronized.
template <class T>
class Ring {
public:
    // Throws std::bad_alloc.
    explicit Ring(std::size_t capacity) : places_(capacity) {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return places_.size(); }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] bool full() const noexcept { return size_ == places_.size(); }

    // Not when it is full.
    void push(T&& value) noexcept {
        places_[(first_ + size_) % places_.size()].emplace(std::move(value));
        ++size_;
    }
    // The oldest value; not when it is empty. The place is taken until pop(), also when the caller has emptied it.
    [[nodiscard]] std::optional<T>& front() noexcept { return places_[first_]; }
    // The oldest value goes. Its destructor may use the ring.
    void pop() noexcept {
        std::optional<T>& place = places_[first_];
        first_ = (first_ + 1) % places_.size();
        --size_;
        place.reset();
    }

private:
    std::vector<std::optional<T>> places_;
    std::size_t first_ = 0;
    std::size_t size_ = 0;
};

}  // namespace pier::spi
