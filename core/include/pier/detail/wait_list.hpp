// Operations that wait behind another one of their lane, on a listener, a datagram socket or a Watch.
#pragma once

#include <pier/spi/operation.hpp>

namespace pier::spi {

// First in, first out. One may leave from the middle, because its deadline passes or its scope is cancelled: no step
// touches more than an operation and its neighbours, however many wait. One thread.
class WaitList {
public:
    WaitList() = default;
    WaitList(const WaitList&) = delete;
    WaitList& operator=(const WaitList&) = delete;

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }

    // It uses the place of the operation's error until it leaves.
    void push(Operation& op) noexcept {
        require(op.next == nullptr && last_ != &op, "an operation was made to wait twice");
        std::construct_at(&op.before, last_);
        (last_ != nullptr ? last_->next : first_) = &op;
        last_ = &op;
    }

    // Null when empty.
    Operation* pop() noexcept {
        auto* op = static_cast<Operation*>(first_);
        if (op != nullptr) remove(*op);
        return op;
    }

    // It must be in this list.
    void remove(Operation& op) noexcept {
        Operation* before = op.before;
        auto* after = static_cast<Operation*>(op.next);
        (before != nullptr ? before->next : first_) = after;
        if (after != nullptr) {
            after->before = before;
        } else {
            last_ = before;
        }
        op.next = nullptr;
        std::construct_at(&op.error);
    }

private:
    Link* first_ = nullptr;
    Operation* last_ = nullptr;
};

// Of one socket, by direction.
struct Waiting {
    WaitList lanes[2];

    [[nodiscard]] WaitList& lane_of(const Operation& op) noexcept {
        return lanes[static_cast<std::size_t>(op.lane_direction())];
    }
};

}  // namespace pier::spi
