// Where a filter forbids what io_uring needs, the probe says so. A filter holds for the thread that sets it.
#include "harness.hpp"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <iterator>
#include <string>
#include <thread>

using namespace contract;

namespace {

// From now on that system call answers the calling thread with this error.
bool deny(long call, int error) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog filter{.len = static_cast<unsigned short>(std::size(program)), .filter = program};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// What the probe says where the call is denied.
std::string probe_without(long call, int error) {
    std::string said;
    std::thread([&] {
        if (deny(call, error)) {
            said = pier::find_engine("io_uring")->probe();
        } else {
            said = "no filter could be set";
        }
    }).join();
    return said;
}

bool contains(const std::string& text, std::string_view word) { return text.find(word) != std::string::npos; }

}  // namespace

TEST_CASE("io_uring: the probe names the call that a filter denies") {
    if (settings().engine != "io_uring") return;
    for (int error : {EPERM, EACCES, ENOSYS}) {
        CAPTURE(error);
        std::string enter = probe_without(SYS_io_uring_enter, error);
        CAPTURE(enter);
        CHECK(contains(enter, "io_uring_enter"));
        CHECK(contains(enter, "seccomp"));
        std::string registering = probe_without(SYS_io_uring_register, error);
        CAPTURE(registering);
        CHECK(contains(registering, "io_uring_register"));
        CHECK(contains(registering, "seccomp"));
        CHECK_FALSE(contains(registering, "5.19"));
        std::string setup = probe_without(SYS_io_uring_setup, error);
        CAPTURE(setup);
        CHECK(contains(setup, "seccomp"));
    }
    CHECK(pier::find_engine("io_uring")->probe().empty());
}
