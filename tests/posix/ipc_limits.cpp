// Named objects at the limits of a process.
#include "child.hpp"

#include "outcome.hpp"

#include <pier/ipc.hpp>
#include <pier/sys/clock.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <cstdlib>
#include <string>

using contract::outcome;
using pier::Errc;
using pier::MessageQueue;
using pier::SharedMemory;

namespace {

pier::IpcName new_name() {
    auto name = pier::IpcName::parse("limits." + std::to_string(pier::sys::now().time_since_epoch().count()));
    REQUIRE(outcome(name) == Errc::ok);
    return *name;
}

bool limit_to(__rlimit_resource resource, rlim_t most) {
    rlimit limit{};
    if (getrlimit(resource, &limit) != 0) return false;
    limit.rlim_cur = most;
    return setrlimit(resource, &limit) == 0;
}

}  // namespace

TEST_CASE("ipc limits: memory beyond the length that a file may have is refused, and nothing ends the program") {
    const pier::IpcName name = new_name();
    posix::Child child([&] {
        if (!limit_to(RLIMIT_FSIZE, 8192)) return 1;
        if (outcome(SharedMemory::create(name, 8193)) != Errc::not_enough_memory) return 2;
        if (outcome(SharedMemory::open(name)) != Errc::name_not_found) return 3;
        if (outcome(SharedMemory::anonymous(8193)) != Errc::not_enough_memory) return 4;
        return outcome(SharedMemory::anonymous(8192)) == Errc::ok ? 0 : 5;
    });
    CHECK(child.status() == 0);
}

TEST_CASE("ipc limits: a queue is removed with a single descriptor left") {
    const pier::IpcName name = new_name();
    REQUIRE(outcome(MessageQueue::create(name, {1, 1})) == Errc::ok);
    posix::Child child([&] {
        if (!limit_to(RLIMIT_NOFILE, 64)) return 1;
        int last = -1;
        for (int next = open("/", O_RDONLY); next >= 0; next = open("/", O_RDONLY)) last = next;
        close(last);
        return outcome(MessageQueue::remove(name)) == Errc::ok ? 0 : 2;
    });
    CHECK(child.status() == 0);
    CHECK(outcome(MessageQueue::remove(name)) == Errc::name_not_found);
}

// Who cuts a file ends every process that looks at what was behind the end.
TEST_CASE("ipc limits: memory is adopted only where nobody can cut it") {
    std::string path = "/tmp/pier-adopt-XXXXXX";
    const int plain = mkstemp(path.data());
    REQUIRE(plain >= 0);
    CHECK(unlink(path.c_str()) == 0);
    REQUIRE(ftruncate(plain, 100) == 0);
    auto handle_of = [](int file) { return pier::SystemHandle(pier::NativeHandle{static_cast<std::uintptr_t>(file)}); };
    CHECK(outcome(SharedMemory::adopt(handle_of(plain))) == Errc::invalid_argument);
    SharedMemory memory = std::move(*SharedMemory::anonymous(100));
    const int copy = dup(static_cast<int>(memory.handle().get()));
    REQUIRE(copy >= 0);
    CHECK(outcome(SharedMemory::adopt(handle_of(copy))) == Errc::ok);
}
