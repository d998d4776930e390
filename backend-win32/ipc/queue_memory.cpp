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

Result<QueueLimits> QueueMemory::limits_of(std::span<const std::byte> memory) noexcept {
    if (memory.size() < sizeof(Header)) return fail(Errc::name_taken);
    auto& header = *reinterpret_cast<Header*>(const_cast<std::byte*>(memory.data()));
    if (std::atomic_ref(header.ready).load() != made) return fail(Errc::name_not_found);
    const QueueLimits limits{std::atomic_ref(header.capacity).load(), std::atomic_ref(header.message_size).load()};
    const bool possible = limits.capacity > 0 && limits.capacity <= sys::Queue::most_messages &&
                          limits.message_size > 0 && limits.message_size <= sys::Queue::longest_message &&
                          size_for(limits) == memory.size();
    if (!possible) return fail(Errc::name_taken);
    return limits;
}

QueueMemory::Header& QueueMemory::header() const noexcept { return *reinterpret_cast<Header*>(memory_); }

QueueMemory::Slot& QueueMemory::slot(std::uint32_t index) const noexcept {
    const std::size_t stride = sizeof(Slot) + rounded(message_size_);
    return *reinterpret_cast<Slot*>(memory_ + sizeof(Header) + std::min(index, capacity_ - 1) * stride);
}

void QueueMemory::initialise() noexcept {
    header().capacity = capacity_;
    header().message_size = message_size_;
    repair();
    std::atomic_ref(header().ready).store(made);
}

std::size_t QueueMemory::count() const noexcept { return std::min(header().count, capacity_); }

bool QueueMemory::is_sound() const noexcept {
    const Header& h = header();
    const bool messages = h.count == 0 ? h.first == none && h.last == none : h.first < capacity_ && h.last < capacity_;
    const bool room = h.count == capacity_ ? h.free == none : h.free < capacity_;
    return h.count <= capacity_ && messages && room;
}

// Behind those of its priority. Usually that is the end of the list.
void QueueMemory::insert(std::uint32_t index) noexcept {
    Header& h = header();
    Slot& message = slot(index);
    std::uint32_t before = h.last;
    if (before != none && slot(before).priority < message.priority) {
        before = none;
        std::uint32_t each = h.first;
        for (std::uint32_t steps = 0; steps < capacity_ && slot(each).priority >= message.priority; ++steps) {
            before = each;
            each = slot(each).next;
        }
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
    const ReceivedMessage received{std::min(std::atomic_ref(message.size).load(), message_size_), message.priority};
    if (received.size > 0) std::memcpy(into.data(), message.bytes(), std::min(received.size, into.size()));
    message.state.store(State::free, std::memory_order_release);
    h.first = message.next;
    if (h.first == none) h.last = none;
    --h.count;
    message.next = h.free;
    h.free = index;
    return received;
}

// Of the messages: the one that comes next in age behind a place, or none.
std::uint32_t QueueMemory::oldest_after(std::uint64_t sequence, std::uint32_t place) const noexcept {
    std::uint32_t oldest = none;
    for (std::uint32_t index = 0; index < capacity_; ++index) {
        const Slot& each = slot(index);
        if (each.state.load(std::memory_order_relaxed) != State::waits) continue;
        const bool is_behind =
            each.sequence > sequence || (each.sequence == sequence && (place == none || index > place));
        if (is_behind && (oldest == none || each.sequence < slot(oldest).sequence)) oldest = index;
    }
    return oldest;
}

// The lists, from the messages. Each time the oldest of those that are not in the list yet goes in, so that it comes
// behind its equals. That is slow for a long queue, but needs no memory, and few owners die.
void QueueMemory::repair() noexcept {
    Header& h = header();
    h.count = 0;
    h.first = none;
    h.last = none;
    h.free = none;
    for (std::uint32_t index = capacity_; index-- > 0;) {
        if (slot(index).state.load(std::memory_order_acquire) == State::waits) continue;
        slot(index).next = h.free;
        h.free = index;
    }
    std::uint64_t sequence = 0;
    std::uint32_t last = none;
    for (std::uint32_t round = 0; round < capacity_; ++round) {
        const std::uint32_t next = oldest_after(sequence, last);
        if (next == none) break;
        sequence = slot(next).sequence;
        last = next;
        insert(next);
    }
    if (last != none) h.sequence = std::max(h.sequence, sequence + 1);
}

}  // namespace pier::win32
