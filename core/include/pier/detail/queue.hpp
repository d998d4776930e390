// An intrusive first-in first-out list. The element carries the link, so that queueing never allocates.
#pragma once

#include <pier/detail/assert.hpp>

#include <cstddef>
#include <utility>

namespace pier::spi {

struct Link {
    Link* next = nullptr;
};

// T derives from Link. An element is in at most one queue; the queue owns nothing. One thread.
template <class T>
class Queue {
public:
    Queue() = default;
    Queue(Queue&& other) noexcept
        : head_(std::exchange(other.head_, nullptr)), tail_(std::exchange(other.tail_, nullptr)) {}
    Queue& operator=(Queue&&) = delete;

    [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
    // The youngest; null when empty.
    [[nodiscard]] const Link* last() const noexcept { return tail_; }

    void push(T& element) noexcept {
        Link& link = element;
        require(link.next == nullptr && tail_ != &link, "an element was queued twice");
        if (tail_ != nullptr) {
            tail_->next = &link;
        } else {
            head_ = &link;
        }
        tail_ = &link;
    }

    // Null when empty.
    T* pop() noexcept {
        Link* link = head_;
        if (link == nullptr) return nullptr;
        head_ = link->next;
        if (head_ == nullptr) tail_ = nullptr;
        link->next = nullptr;
        return static_cast<T*>(link);
    }

    // All of the other queue's elements, behind this one's.
    void append(Queue& other) noexcept {
        if (other.head_ == nullptr) return;
        if (tail_ != nullptr) {
            tail_->next = other.head_;
        } else {
            head_ = other.head_;
        }
        tail_ = other.tail_;
        other.head_ = other.tail_ = nullptr;
    }

    // Linear; false when the element is not here.
    bool remove(T& element) noexcept {
        Link* before = nullptr;
        for (Link* link = head_; link != nullptr; before = link, link = link->next) {
            if (link != static_cast<Link*>(&element)) continue;
            (before != nullptr ? before->next : head_) = link->next;
            if (tail_ == link) tail_ = before;
            link->next = nullptr;
            return true;
        }
        return false;
    }

private:
    Link* head_ = nullptr;
    Link* tail_ = nullptr;
};

}  // namespace pier::spi
