// What others may have put into the folder of shared memory, where everybody may put anything.
#include "child.hpp"

#include "outcome.hpp"

#include <pier/ipc.hpp>
#include <pier/sys/clock.hpp>
#include <pier/sys/ipc/name.hpp>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <string>

using contract::outcome;
using pier::Errc;
using pier::IpcCreation;
using pier::IpcKind;
using pier::MemoryAccess;
using pier::SharedMemory;

namespace {

pier::IpcName new_name() {
    auto name = pier::IpcName::parse("foreign." + std::to_string(pier::sys::now().time_since_epoch().count()));
    REQUIRE(outcome(name) == Errc::ok);
    return *name;
}

std::string path_of(IpcKind kind, const pier::IpcName& name) {
    auto text = pier::sys::system_name(kind, name);
    REQUIRE(outcome(text) == Errc::ok);
    return "/dev/shm" + *text;
}

// In a child, which the system ends when it hangs. Its status is 0 when all was so.
int refused(const pier::IpcName& name) {
    if (outcome(SharedMemory::open(name, MemoryAccess::read_only)) != Errc::permission_denied) return 1;
    if (outcome(SharedMemory::open(name)) != Errc::permission_denied) return 2;
    if (outcome(SharedMemory::create(name, 10)) != Errc::permission_denied) return 3;
    if (outcome(SharedMemory::create(name, 10, IpcCreation::or_open)) != Errc::permission_denied) return 4;
    auto remains = pier::ipc_remains();
    if (!remains) return 5;
    auto is_it = [&](const pier::IpcRemain& each) { return each.name.text() == name.text(); };
    if (std::ranges::any_of(*remains, is_it)) return 6;
    auto memory = SharedMemory::open(name);
    return pier::describe(memory.error()).contains("/dev/shm") ? 0 : 7;
}

// A user without files. Nobody else has to have it; only an administrator can become it.
uid_t stranger() { return 3'000'000'000u + static_cast<uid_t>(getpid()); }

// A process of that user makes an object. 0 when it is told what is in its way.
int told_to_stranger(const pier::IpcName& name, uid_t user) {
    if (seteuid(user) != 0) return 1;
    auto made = SharedMemory::create(name, 10);
    if (outcome(made) != Errc::permission_denied) return 2;
    return pier::describe(made.error()).contains("/dev/shm") ? 0 : 3;
}

}  // namespace

TEST_CASE("foreign: a FIFO, a link, a folder under a memory's name is refused at once") {
    const pier::IpcName name = new_name();
    const std::string path = path_of(IpcKind::shared_memory, name);
    bool is_folder = false;
    SUBCASE("FIFO") { REQUIRE(mkfifo(path.c_str(), 0600) == 0); }
    SUBCASE("link") { REQUIRE(symlink("/dev/zero", path.c_str()) == 0); }
    SUBCASE("folder") {
        is_folder = true;
        REQUIRE(mkdir(path.c_str(), 0700) == 0);
    }
    {
        posix::Child child([&] { return refused(name); });
        CHECK(child.status() == 0);
    }
    CHECK((is_folder ? rmdir(path.c_str()) : unlink(path.c_str())) == 0);
}

TEST_CASE("foreign: a lock that another user has put there and holds is refused at once") {
    if (geteuid() != 0) return;  // nobody else can become another user
    const pier::IpcName name = new_name();
    const uid_t user = stranger();
    const std::string path = "/dev/shm/pier." + std::to_string(user) + ".lock";
    mode_t mode = 0;
    SUBCASE("that it can open") { mode = 0666; }
    SUBCASE("that it can't open") { mode = 0600; }
    if (mode != 0) {
        const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        REQUIRE(file >= 0);
        CHECK(fchmod(file, mode) == 0);
        REQUIRE(flock(file, LOCK_EX) == 0);
        {
            posix::Child child([&] {
                close(file);
                return told_to_stranger(name, user);
            });
            CHECK(child.status() == 0);
        }
        close(file);
    }
    SUBCASE("that is a FIFO of its own") {
        REQUIRE(mkfifo(path.c_str(), 0600) == 0);
        REQUIRE(chown(path.c_str(), user, static_cast<gid_t>(-1)) == 0);
        posix::Child child([&] { return told_to_stranger(name, user); });
        CHECK(child.status() == 0);
    }
    CHECK(unlink(path.c_str()) == 0);
}
