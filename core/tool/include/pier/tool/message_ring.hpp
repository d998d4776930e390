// Messages in memory that two processes share, in slots that are used in turn. Semaphores say which are free and which
// are full, so this part is the same by Pier and by bare system calls.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <span>

namespace pier::sys {

// One direction. One process writes and one reads.
class MessageRing {
public:
    static constexpr std::size_t slots = 8;
    static constexpr std::size_t slot_size = std::size_t{1} << 20;
    static constexpr std::size_t bytes = slots * slot_size + slots * sizeof(std::size_t);

    // `memory` has that many bytes.
    explicit MessageRing(std::byte* memory) noexcept : memory_(memory) {}

    // Into a slot that is free.
    void put(std::span<const std::byte> message) noexcept {
        std::memcpy(memory_ + slots * sizeof(std::size_t) + next_ * slot_size, message.data(), message.size());
        const std::size_t size = message.size();
        std::memcpy(memory_ + next_ * sizeof size, &size, sizeof size);
        next_ = (next_ + 1) % slots;
    }
    // Out of a slot that is full: what fits. The size that the message has.
    std::size_t take(std::span<std::byte> into) noexcept {
        std::size_t size = 0;
        std::memcpy(&size, memory_ + next_ * sizeof size, sizeof size);
        const std::size_t fits = size < into.size() ? size : into.size();
        std::memcpy(into.data(), memory_ + slots * sizeof(std::size_t) + next_ * slot_size, fits);
        next_ = (next_ + 1) % slots;
        return size;
    }

private:
    std::byte* memory_;
    std::size_t next_ = 0;
};

}  // namespace pier::sys
