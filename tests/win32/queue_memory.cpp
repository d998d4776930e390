// A queue's memory in which somebody writes who does not keep to its rules.
#include "ipc/queue_memory.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <random>
#include <vector>

using namespace pier;
using win32::QueueMemory;

namespace {

constexpr QueueLimits limits{4, 16};
constexpr std::size_t margin = 256;
constexpr std::byte untouched{0x5A};

// With bytes on both sides that nobody is to touch.
struct Memory {
    Memory() {
        std::memset(bytes.data() + margin, 0, size());
        queue.initialise();
    }
    static std::size_t size() { return QueueMemory::size_for(limits); }
    [[nodiscard]] std::byte* begin() { return bytes.data() + margin; }
    [[nodiscard]] bool is_whole() const {
        for (std::size_t i = 0; i < margin; ++i) {
            if (bytes[i] != untouched || bytes[bytes.size() - 1 - i] != untouched) return false;
        }
        return true;
    }
    // As Queue does under its mutex.
    void use(std::uint32_t round) {
        const auto text = std::as_bytes(std::span("0123456789abcdef", 16));
        std::array<std::byte, 16> room;
        if (!queue.is_sound()) queue.repair();
        if (queue.count() < limits.capacity) queue.push(text.first(round % 17), round % 3);
        if (!queue.is_sound()) queue.repair();
        if (queue.count() > 0 && queue.pop(room).size > room.size()) FAIL("a message that is too long");
    }

    std::vector<std::byte> bytes = std::vector<std::byte>(size() + 2 * margin, untouched);
    QueueMemory queue{bytes.data() + margin, limits};
};

}  // namespace

TEST_CASE("queue memory: no number in it leads outside, and no list is endless") {
    std::mt19937 random(5);
    Memory memory;
    for (std::uint32_t round = 0; round < 20'000; ++round) {
        // Words of all kinds: small ones make lists that run in circles.
        const std::size_t words = Memory::size() / 4;
        const std::uint32_t word = random() % 4 == 0 ? random() : random() % 6 - 1;
        std::memcpy(memory.begin() + random() % words * 4, &word, sizeof word);
        memory.use(round);
        REQUIRE(memory.is_whole());
    }
}

TEST_CASE("queue memory: a repair finds all messages, also those of one number") {
    Memory memory;
    const auto text = std::as_bytes(std::span("0123", 4));
    for (int i = 0; i < 3; ++i) memory.queue.push(text, 0);
    // The numbers of the messages: each stands at the end of what is before a message's bytes.
    const std::size_t slot = (Memory::size() - 40) / limits.capacity;
    for (std::size_t i = 0; i < limits.capacity; ++i) std::memset(memory.begin() + 40 + i * slot + 16, 0xFF, 8);
    memory.queue.repair();
    CHECK(memory.queue.is_sound());
    CHECK(memory.queue.count() == 3);
}
