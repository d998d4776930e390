#include "support.hpp"

#include <algorithm>
#include <cstdint>

using namespace ipc_tests;
using pier::MemoryAccess;
using pier::SharedMemory;

TEST_CASE("shared memory: it has the size that was asked for, all 0, and another process sees what is written") {
    for (std::size_t size : {std::size_t{1}, std::size_t{4096}, std::size_t{100'001}}) {
        const Name name(IpcKind::shared_memory);
        SharedMemory memory = given(SharedMemory::create(name, size));
        CHECK(memory.size() == size);
        REQUIRE(memory.bytes().size() == size);
        CHECK(std::ranges::all_of(memory.view(), [](std::byte each) { return each == std::byte{0}; }));
        std::ranges::fill(memory.bytes(), std::byte{0x5a});
        Second second({"invert-memory", name.text(), std::to_string(size)});
        second.expect_success();
        CHECK(std::ranges::all_of(memory.view(), [](std::byte each) { return each == std::byte{0xa5}; }));
    }
}

TEST_CASE("shared memory: a view that may only be read has no bytes to write") {
    const Name name(IpcKind::shared_memory);
    SharedMemory memory = given(SharedMemory::create(name, 3));
    SharedMemory view = given(SharedMemory::open(name, MemoryAccess::read_only));
    CHECK(view.bytes().empty());
    REQUIRE(view.size() == 3);
    memory.bytes()[2] = std::byte{9};
    CHECK(view.view()[2] == std::byte{9});
    CHECK(memory.view()[2] == std::byte{9});
}

TEST_CASE("shared memory: a name that is taken, and one that is not there") {
    const Name name(IpcKind::shared_memory);
    CHECK(outcome(SharedMemory::open(name)) == Errc::name_not_found);
    CHECK(outcome(SharedMemory::remove(name)) == Errc::name_not_found);
    SharedMemory memory = given(SharedMemory::create(name, 100));
    memory.bytes()[0] = std::byte{1};
    CHECK(outcome(SharedMemory::create(name, 100)) == Errc::name_taken);
    CHECK(outcome(SharedMemory::create(name, 101, IpcCreation::or_open)) == Errc::name_taken);
    SharedMemory same = given(SharedMemory::create(name, 100, IpcCreation::or_open));
    CHECK(same.view()[0] == std::byte{1});
    CHECK(outcome(SharedMemory::remove(name)) == Errc::ok);
    CHECK(same.view()[0] == std::byte{1});
}

TEST_CASE("shared memory: sizes that can't be are refused when it is made") {
    const Name name(IpcKind::shared_memory);
    CHECK(outcome(SharedMemory::create(name, 0)) == Errc::invalid_argument);
    CHECK(outcome(SharedMemory::anonymous(0)) == Errc::invalid_argument);
    CHECK(outcome(SharedMemory::create(name, SIZE_MAX)) == Errc::not_enough_memory);
    CHECK(outcome(SharedMemory::create(name, std::size_t{1} << 50)) == Errc::not_enough_memory);
    CHECK(outcome(SharedMemory::anonymous(std::size_t{1} << 50)) == Errc::not_enough_memory);
    // Nothing is left of it.
    CHECK(outcome(SharedMemory::open(name)) == Errc::name_not_found);
}

TEST_CASE("shared memory: a child that inherits its handle has it without a name") {
    SharedMemory memory = given(SharedMemory::anonymous(70'000));
    std::ranges::fill(memory.bytes(), std::byte{1});
    const pier::NativeHandle handle = memory.handle().get();
    Second second({"invert-inherited", std::to_string(static_cast<std::uintptr_t>(handle)), "70000"}, {handle});
    second.expect_success();
    CHECK(std::ranges::all_of(memory.view(), [](std::byte each) { return each == std::byte{0xfe}; }));
    CHECK(outcome(SharedMemory::adopt(pier::SystemHandle())) == Errc::invalid_argument);
}

TEST_CASE("shared memory: it moves, and its bytes stay where they are") {
    SharedMemory memory = given(SharedMemory::anonymous(10));
    const std::byte* place = memory.view().data();
    SharedMemory moved(std::move(memory));
    CHECK(moved.view().data() == place);
    moved = given(SharedMemory::anonymous(20));
    CHECK(moved.size() == 20);
}
