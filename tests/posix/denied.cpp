// A system that denies a call: seccomp in a child, as a sandbox or a container's profile has it.
#include "child.hpp"
#include "engine.hpp"

#include <pier/listener.hpp>
#include <pier/loop.hpp>
#include <pier/scope.hpp>
#include <pier/server/serve.hpp>
#include <pier/sleep.hpp>
#include <pier/stream.hpp>

#include <doctest/doctest.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>

using namespace std::chrono_literals;
using pier::after;
using pier::Errc;
using pier::Task;

namespace {

// From now on and for good, for the whole process. False when the system has no such filters.
bool deny_accept() {
    std::array filter{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_accept4, 1, 0),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_accept, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog program{.len = static_cast<unsigned short>(filter.size()), .filter = filter.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// io_uring accepts without a call of its own, which no such filter meets.
bool accepts_by_call() { return posix::engine().name != "io_uring"; }

constexpr int no_filters = 77;

}  // namespace

TEST_CASE("denied: an accept that the system does not allow is told so") {
    posix::Child child([] {
        if (!deny_accept()) return no_filters;
        auto loop = pier::Loop::create(posix::engine());
        if (!loop) return 2;
        int status = 6;
        auto accepting = [&](pier::Listener& listener) -> Task<void> {
            auto accepted = co_await listener.accept(after(5s));
            if (accepted) status = 0;
            if (!accepted && accepted.error() == Errc::permission_denied) status = 5;
        };
        auto body = [&]() -> Task<int> {
            auto listener = pier::Listener::open(pier::Endpoint::loopback(pier::Family::ipv4));
            if (!listener) co_return 3;
            // Libuv accepts on its own, and tells whoever waits then. The blocking engine can't wait for both.
            pier::TaskScope scope;
            if (posix::engine().name == "uv") scope.spawn(accepting(*listener));
            co_await pier::sleep(after(1ms));
            auto client = co_await pier::Stream::connect(listener->local(), after(5s));  // or libuv has reset it
            if (posix::engine().name != "uv") co_await accepting(*listener);
            (void)co_await scope.join();
            co_return status;
        };
        return (*loop)->run(body());
    });
    const int status = child.status();
    if (status == no_filters) {
        MESSAGE("this system has no seccomp filters");
        return;
    }
    CHECK(status == (accepts_by_call() ? 5 : 0));
}

TEST_CASE("denied: a server that may not accept says so, waits for better times, and stops when it is asked to") {
    if (!accepts_by_call()) return;
    posix::Pipe output;
    posix::Pipe complaints;
    posix::Child child([&] {
        dup2(output.writer(), STDOUT_FILENO);
        dup2(complaints.writer(), STDERR_FILENO);
        if (!deny_accept()) return no_filters;
        std::string engine(posix::engine().name);
        std::array words{std::string("server"), std::string("--engine"), engine, std::string("--listen"),
                         std::string("127.0.0.1:0")};
        std::array<char*, 6> argv{};
        for (std::size_t i = 0; i < words.size(); ++i) argv[i] = words[i].data();
        auto handler = [](pier::Stream) -> Task<pier::Result<void>> { co_return pier::Result<void>(); };
        return pier::serve(static_cast<int>(words.size()), argv.data(), {.name = "server", .handler = handler});
    });
    output.close_writer();
    complaints.close_writer();
    const std::string ready = output.line();
    if (ready.empty() && child.status() == no_filters) return;
    REQUIRE(ready.starts_with("listening tcp 127.0.0.1:"));
    auto endpoint = pier::Endpoint::parse(ready.substr(14, ready.find(' ', 14) - 14));
    REQUIRE(endpoint.has_value());
    auto loop = pier::Loop::create();
    REQUIRE(loop.has_value());
    auto body = [&]() -> Task<void> {
        auto client = co_await pier::Stream::connect(*endpoint, after(5s));
        CHECK(client.has_value());
        const std::string said = complaints.line();
        CHECK(said.find("server: accepting") == 0);
    };
    (*loop)->run(body());
    // It has not ended by that.
    CHECK(kill(child.id(), SIGTERM) == 0);
    CHECK(child.status() == 0);
    // Said once.
    CHECK(complaints.line().empty());
}
