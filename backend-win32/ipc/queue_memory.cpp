#include "ipc/queue_memory.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace pier::win32 {
namespace {

constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint32_t made = 0x706d7131;  // "pmq1"

enum class State : std::uint32_t { free, waits };

constexpr std::size_t rounded(std::size_t size) noexcept { return (size + 7) / 8 * 8; }

}  // namespace

struct QueueMemory::Header {
    std::uint32_t ready;
    std::uint32_t capacity;
    std::uint32_t message_size;
    std::uint32_t count;
    std::uint32_t first;  // of the messages, by priority and age
    std::uint32_t last;
    std::uint32_t free;  // of the empty slots
    std::uint32_t padding;
    std::uint64_t sequence;  // of the next message
};

// The message's bytes stand behind it.
struct QueueMemory::Slot {
    std::atomic<State> state;
    std::uint32_t next;
    std::uint32_t size;
    std::uint32_t priority;
    std::uint64_t sequence;

    [[nodiscard]] std::byte* bytes() noexcept { return reinterpret_cast<std::byte*>(this + 1); }
};

std::size_t QueueMemory::size_for(QueueLimits limits) noexcept {
    return sizeof(Header) + limits.capacity * (sizeof(Slot) + rounded(limits.message_size));
}

QueueMemory::Header& QueueMemory::header() const noexcept { return *reinterpret_cast<Header*>(memory_); }

QueueMemory::Slot& QueueMemory::slot(std::uint32_t index) const noexcept {
    const std::size_t stride = sizeof(Slot) + rounded(header().message_size);
    return *reinterpret_cast<Slot*>(memory_ + sizeof(Header) + index * stride);
}

void QueueMemory::initialise(QueueLimits limits) noexcept {
    header().capacity = static_cast<std::uint32_t>(limits.capacity);
    header().message_size = static_cast<std::uint32_t>(limits.message_size);
    repair();
    std::atomic_ref(header().ready).store(made);
}

bool QueueMemory::is_ready() const noexcept { return std::atomic_ref(header().ready).load() == made; }
QueueLimits QueueMemory::limits() const noexcept { return {header().capacity, header().message_size}; }
std::size_t QueueMemory::count() const noexcept { return header().count; }

// Behind those of its priority. Usually that is the end of the list.
void QueueMemory::insert(std::uint32_t index) noexcept {
    Header& h = header();
    Slot& message = slot(index);
    std::uint32_t before = h.last;
    if (before != none && slot(before).priority < message.priority) {
        before = none;
        for (std::uint32_t each = h.first; slot(each).priority >= message.priority; each = slot(each).next)
            before = each;
    }
    std::uint32_t& link = before == none ? h.first : slot(before).next;
    message.next = link;
    link = index;
    if (message.next == none) h.last = index;
    ++h.count;
}

void QueueMemory::push(std::span<const std::byte> message, unsigned priority) noexcept {
    Header& h = header();
    const std::uint32_t index = h.free;
    Slot& place = slot(index);
    h.free = place.next;
    if (!message.empty()) std::memcpy(place.bytes(), message.data(), message.size());
    place.size = static_cast<std::uint32_t>(message.size());
    place.priority = priority;
    place.sequence = h.sequence++;
    place.state.store(State::waits, std::memory_order_release);
    insert(index);
}

ReceivedMessage QueueMemory::pop(std::span<std::byte> into) noexcept {
    Header& h = header();
    const std::uint32_t index = h.first;
    Slot& message = slot(index);
    const ReceivedMessage received{message.size, message.priority};
    if (message.size > 0) std::memcpy(into.data(), message.bytes(), std::min<std::size_t>(message.size, into.size()));
    message.state.store(State::free, std::memory_order_release);
    h.first = message.next;
    if (h.first == none) h.last = none;
    --h.count;
    message.next = h.free;
    h.free = index;
    return received;
}

// The lists, from the messages. Each time the oldest of those that are not in the list yet goes in, so that it comes
// behind its equals. That is slow for a long queue, but needs no memory, and few owners die.
void QueueMemory::repair() noexcept {
    Header& h = header();
    h.count = 0;
    h.first = none;
    h.last = none;
    h.free = none;
    for (std::uint32_t index = h.capacity; index-- > 0;) {
        if (slot(index).state.load(std::memory_order_acquire) == State::waits) continue;
        slot(index).next = h.free;
        h.free = index;
    }
    std::uint64_t from = 0;
    for (;;) {
        std::uint32_t oldest = none;
        for (std::uint32_t index = 0; index < h.capacity; ++index) {
            Slot& each = slot(index);
            if (each.state.load(std::memory_order_relaxed) != State::waits || each.sequence < from) continue;
            if (oldest == none || each.sequence < slot(oldest).sequence) oldest = index;
        }
        if (oldest == none) break;
        from = slot(oldest).sequence + 1;
        insert(oldest);
    }
    h.sequence = std::max(h.sequence, from);
}

}  // namespace pier::win32
