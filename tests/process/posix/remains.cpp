// What a child has of its parent, and what it leaves behind, on POSIX.
#include "../../unit/sanitizer.hpp"
#include "../support.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <memory>
#include <thread>

using namespace process_tests;

namespace {

// Inherited by whoever forks and executes without care.
pier::SystemHandle careless(int at_least) {
    const pier::SystemHandle file(NativeHandle{static_cast<std::uintptr_t>(open("/dev/null", O_RDWR))});
    const int copy = fcntl(static_cast<int>(file.get()), F_DUPFD, at_least);
    REQUIRE(copy >= at_least);
    return pier::SystemHandle(NativeHandle{static_cast<std::uintptr_t>(copy)});
}

std::string line_of(const pier::SystemHandle& handle) { return std::to_string(static_cast<int>(handle.get())) + "\n"; }

// Until the child is a child no more. A zombie is one.
bool is_reaped(pid_t child) {
    const auto until = std::chrono::steady_clock::now() + patience;
    siginfo_t told{};
    while (waitid(P_PID, static_cast<id_t>(child), &told, WEXITED | WNOWAIT) == 0 || errno == EINTR) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::yield();
    }
    return errno == ECHILD;
}

}  // namespace

TEST_CASE("remains: a child has its standard streams, and what is listed") {
    const auto first = careless(5);
    const auto second = careless(100);
    const auto third = careless(300);
    auto options = helping({"handles"});
    CHECK(said(options).text.empty());
    options.inherited = {third.get(), first.get()};
    CHECK(said(options).text == line_of(first) + line_of(third));
    // Close-on-exec here, and so it stays.
    REQUIRE(fcntl(static_cast<int>(second.get()), F_SETFD, FD_CLOEXEC) == 0);
    options.inherited = {second.get()};
    CHECK(said(options).text == line_of(second));
    CHECK(fcntl(static_cast<int>(second.get()), F_GETFD) == FD_CLOEXEC);
    options.inherited = {NativeHandle{1}};
    CHECK(refusal(options) == Errc::invalid_argument);
}

TEST_CASE("remains: a child can use what it inherits") {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    pier::PipeEnd reader(pier::SystemHandle(NativeHandle{static_cast<std::uintptr_t>(ends[0])}));
    pier::SystemHandle writer(NativeHandle{static_cast<std::uintptr_t>(ends[1])});
    auto options = helping({"touch", std::to_string(ends[1])});
    options.inherited = {writer.get()};
    expect_success(start(options));
    writer.close();
    auto got = reader.read_all(10, after(patience));
    REQUIRE(outcome(got) == Errc::ok);
    CHECK(*got == "x");
}

TEST_CASE("remains: spawning leaves no descriptor here") {
    (void)said(helping({"say", "x"}));  // the reaper's are there from now on
    const std::size_t before = handle_count();
    for (int i = 0; i < 5; ++i) {
        auto options = helping({"copy"});
        options.input = options.error = Redirect::pipe();
        (void)refusal({.program = folder() + "none", .input = Redirect::pipe(), .output = Redirect::pipe()});
        options.program = helper();
        Process process = start(options);
        process.input().close();
        expect_success(process);
    }
    CHECK(handle_count() == before);
}

TEST_CASE("remains: signals are at their defaults, and none is blocked") {
    auto* const before = std::signal(SIGUSR1, SIG_IGN);
    sigset_t blocked;
    sigset_t old;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGUSR2);
    REQUIRE(pthread_sigmask(SIG_BLOCK, &blocked, &old) == 0);
    // The helper itself ignores SIGPIPE, which is signal 13.
    const std::string text = said(helping({"signals"})).text;
    CHECK(text == "blocked 0000000000000000 ignored 0000000000001000");
    sigset_t still;
    REQUIRE(pthread_sigmask(SIG_SETMASK, &old, &still) == 0);
    CHECK(sigismember(&still, SIGUSR2) == 1);
    (void)std::signal(SIGUSR1, before);
}

TEST_CASE("remains: the signal that ended a child is told") {
    auto options = helping({"stay"});
    options.input = Redirect::pipe();
    Process asked = start(options);
    REQUIRE(outcome(asked.terminate()) == Errc::ok);
    auto end = asked.wait_here(after(patience));
    REQUIRE(outcome(end) == Errc::ok);
    CHECK(*end == ProcessEnd{ProcessEnd::By::signal, SIGTERM});
    Process killed = start(options);
    REQUIRE(outcome(killed.kill()) == Errc::ok);
    end = killed.wait_here(after(patience));
    REQUIRE(outcome(end) == Errc::ok);
    CHECK(*end == ProcessEnd{ProcessEnd::By::signal, SIGKILL});
}

TEST_CASE("remains: a Process that goes leaves its process alone, and then no zombie") {
    auto options = helping({"stay"});
    options.input = Redirect::pipe();
    auto process = std::make_unique<Process>(start(options));
    const auto id = static_cast<pid_t>(process->id());
    pier::PipeEnd input = std::move(process->input());
    process.reset();
    REQUIRE(outcome(input.write("it reads", after(patience))) == Errc::ok);
    siginfo_t told{};
    REQUIRE(waitid(P_PID, static_cast<id_t>(id), &told, WEXITED | WNOWAIT | WNOHANG) == 0);
    CHECK(told.si_pid == 0);  // it lives
    input.close();
    CHECK(is_reaped(id));
}

TEST_CASE("remains: nobody has to wait for a child that has ended") {
    std::vector<Process> all;
    for (int i = 0; i < 10; ++i) all.push_back(start(helping({"exit", "1"})));
    for (const Process& process : all) CHECK(is_reaped(static_cast<pid_t>(process.id())));
    for (const Process& process : all) REQUIRE(outcome(process.wait_here(after(patience))) == Errc::ok);
}

TEST_CASE("remains: an end that somebody else took is an error, and no wait without end") {
    auto options = helping({"stay"});
    options.input = Redirect::pipe();
    // The system keeps no end of a child for who ignores them.
    auto* const before = std::signal(SIGCHLD, SIG_IGN);
    Process process = start(options);
    process.input().close();
    auto end = process.wait_here(after(patience));
    (void)std::signal(SIGCHLD, before);
    REQUIRE_FALSE(end);
    CHECK(end.error() == pier::Error{Errc::unexpected, ECHILD});
}

TEST_CASE("remains: a file without the right to execute it") {
    const std::string file = folder() + "plain";
    write_file(file, "#!/bin/sh\n");
    CHECK(refusal({.program = file}) == Errc::permission_denied);
}

TEST_CASE("remains: a write that nobody reads raises no signal, in a program that has made no provision") {
    auto* const before = std::signal(SIGPIPE, SIG_DFL);
    auto options = helping({"exit", "0"});
    options.input = Redirect::pipe();
    Process process = start(options);
    expect_success(process);
    CHECK(outcome(process.input().write("nobody reads it", after(patience))) == Errc::connection_reset);
    sigset_t pending;
    REQUIRE(sigpending(&pending) == 0);
    CHECK(sigismember(&pending, SIGPIPE) == 0);
    (void)std::signal(SIGPIPE, before);
}

#if !PIER_TEST_THREAD_SANITIZER  // which allows no thread after a fork
TEST_CASE("remains: a process that was forked has children and a reaper of its own") {
    (void)said(helping({"say", "x"}));  // this one's reaper is there
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        alarm(60);
        auto process = Process::spawn(helping({"exit", "7"}));
        auto end =
            process ? process->wait_here(after(patience)) : pier::Result<ProcessEnd>(pier::fail(Errc::unexpected));
        _exit(end ? static_cast<int>(end->status) : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 7);
}
#endif
