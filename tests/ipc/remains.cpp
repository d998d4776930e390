// What stays behind, and how it is removed.
#include "support.hpp"

#include <algorithm>

using namespace ipc_tests;

namespace {

// Of this run of the program.
std::vector<pier::IpcRemain> remains() {
    auto all = given(pier::ipc_remains());
    std::erase_if(all, [](const pier::IpcRemain& each) { return !each.name.text().starts_with(mark()); });
    return all;
}

constexpr IpcKind made_kinds[] = {IpcKind::shared_memory, IpcKind::semaphore, IpcKind::mutex, IpcKind::queue};

// On Windows objects go with the process, so there is nothing to list.
bool stays_behind() {
    const Name name(IpcKind::semaphore);
    auto made = given(pier::NamedSemaphore::create(name, 1));
    return !remains().empty();
}

bool all_are(const std::vector<pier::IpcRemain>& list, bool in_use) {
    return std::ranges::all_of(list, [&](const pier::IpcRemain& each) { return each.in_use == in_use; });
}

}  // namespace

TEST_CASE("remains: what a killed process has left is listed and removed, what is in use is not") {
    const Name name(IpcKind::pipe);  // removes none of the four
    Second second({"make-all", name.text()});
    second.expect_ready();
    if (!stays_behind()) {
        second.kill();
        CHECK(outcome(pier::NamedSemaphore::open(name)) == Errc::name_not_found);
        CHECK(outcome(pier::NamedMutex::open(name)) == Errc::name_not_found);
        CHECK(outcome(pier::MessageQueue::open(name)) == Errc::name_not_found);
        CHECK(outcome(pier::SharedMemory::open(name)) == Errc::name_not_found);
        return;
    }
    CHECK(remains().size() == 4);
    CHECK(all_are(remains(), true));
    for (IpcKind kind : made_kinds) CHECK(outcome(pier::remove_remain(kind, name)) == Errc::name_taken);
    second.kill();
    CHECK(remains().size() == 4);
    CHECK(all_are(remains(), false));
    // It is all still good.
    CHECK(given(pier::SharedMemory::open(name)).size() == 5000);
    CHECK(given(pier::NamedSemaphore::open(name)).try_wait());
    for (IpcKind kind : made_kinds) CHECK(outcome(pier::remove_remain(kind, name)) == Errc::ok);
    for (IpcKind kind : made_kinds) CHECK(outcome(pier::remove_remain(kind, name)) == Errc::name_not_found);
    CHECK(remains().empty());
    CHECK(outcome(pier::NamedSemaphore::open(name)) == Errc::name_not_found);
    CHECK(outcome(pier::MessageQueue::open(name)) == Errc::name_not_found);
}

// Killed at any moment: in the middle of making and removing, too. Whoever comes next can make all of it.
TEST_CASE("remains: a maker that dies half-way is in nobody's way") {
    const Name name(IpcKind::pipe);
    for (int round = 0; round < 20; ++round) {
        {
            Second one({"make-and-remove", name.text()});
            Second two({"make-and-remove", name.text()});
            one.expect_ready();
            two.expect_ready();
            one.kill();
            two.kill();
        }
        auto mutex = given(pier::NamedMutex::create(name, IpcCreation::or_open));
        CHECK(outcome(mutex.try_lock()) == Errc::ok);
        auto semaphore = given(pier::NamedSemaphore::create(name, 1, IpcCreation::or_open));
        CHECK(semaphore.try_wait());
        auto queue = given(pier::MessageQueue::create(name, {}, IpcCreation::or_open));
        CHECK(outcome(queue.try_send(bytes("x"))) == Errc::ok);
        auto memory = given(pier::SharedMemory::create(name, 100'000, IpcCreation::or_open));
        CHECK(memory.view()[99'999] == std::byte{0});
        CHECK(outcome(pier::NamedMutex::remove(name)) == Errc::ok);
        CHECK(outcome(pier::NamedSemaphore::remove(name)) == Errc::ok);
        CHECK(outcome(pier::MessageQueue::remove(name)) == Errc::ok);
        CHECK(outcome(pier::SharedMemory::remove(name)) == Errc::ok);
    }
    CHECK(remains().empty());
}
