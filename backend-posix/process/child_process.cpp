#include "process/error.hpp"

#include <pier/sys/clock.hpp>
#include <pier/tool/child_process.hpp>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

extern char** environ;

namespace pier::sys {
namespace {

class Child : public ChildProcess {
public:
    Child(pid_t process, int output) noexcept : process_(process), output_(output) {}
    ~Child() override {
        if (process_ > 0) {
            kill();
            (void)wait();
        }
        ::close(output_);
    }

    Result<std::size_t> read(std::span<std::byte> into, Time until) override {
        for (;;) {
            const Time now = sys::now();
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until > now ? until - now : Duration{});
            pollfd entry{output_, POLLIN, 0};
            const int ready = ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 1'000'000)));
            if (ready < 0 && errno != EINTR) return posix::fail_last();
            if (ready == 0 && sys::now() >= until) return fail(Errc::timed_out);
            if (ready <= 0) continue;
            const ssize_t count = ::read(output_, into.data(), into.size());
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno != EINTR) return posix::fail_last();
        }
    }

    void kill() noexcept override { (void)::kill(process_, SIGKILL); }

    ProcessEnd wait() override {
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
        }
        process_ = 0;
        if (WIFSIGNALED(status)) return {true, static_cast<std::uint32_t>(WTERMSIG(status))};
        return {false, static_cast<std::uint32_t>(WEXITSTATUS(status))};
    }

private:
    pid_t process_;
    int output_;
};

class Actions {
public:
    Actions() { posix_spawn_file_actions_init(&actions_); }
    ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
    Actions(const Actions&) = delete;
    [[nodiscard]] int set(int output) noexcept {
        const int failure = posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
        return failure != 0 ? failure : posix_spawn_file_actions_adddup2(&actions_, output, 1);
    }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
};

}  // namespace

void crash_at_once() noexcept {
    const rlimit no_file{0, 0};
    (void)::setrlimit(RLIMIT_CORE, &no_file);
}

std::string ProcessEnd::describe() const { return (crashed ? "signal " : "exit status ") + std::to_string(status); }

Result<std::unique_ptr<ChildProcess>> start_child(const std::vector<std::string>& arguments) {
    // Found again wherever it was started from, and also when its file has been replaced.
    const char* program = "/proc/self/exe";
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return posix::fail_last();
    std::vector<char*> argv{const_cast<char*>(program)};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    Actions actions;
    pid_t process = 0;
    int failure = actions.set(ends[1]);
    if (failure == 0) failure = ::posix_spawn(&process, program, actions.get(), nullptr, argv.data(), environ);
    ::close(ends[1]);
    if (failure != 0) {
        ::close(ends[0]);
        return fail(posix::translate(failure));
    }
    return std::make_unique<Child>(process, ends[0]);
}

}  // namespace pier::sys
