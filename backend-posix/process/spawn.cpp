// Starting a process.
#include "process/error.hpp"
#include "process/native_handle.hpp"
#include "process/program.hpp"
#include "process/reaper.hpp"

#include <pier/sys/spawn.hpp>

#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace pier::sys {
namespace {

using posix::descriptor_of;
using posix::owned;

// What the child reports when it can't become the program.
enum class Step : std::int32_t { handles, directory, program };
struct Failure {
    Step step;
    std::int32_t number;
};

// All that the child needs: it shares this process's memory until it becomes the program, so it takes no lock and
// allocates nothing.
struct Plan {
    const char* program;
    char* const* arguments;
    char* const* environment;
    int directory;               // -1: as it is
    std::array<int, 3> streams;  // none of them is 0, 1 or 2
    std::span<const NativeHandle> inherited;
    int report;  // close-on-exec
};

// A signal that is ignored stays so in the new program. Handlers don't, but one that ran in the child before would run
// in its parent's memory: so they go before the mask does.
void reset_signals() noexcept {
    struct sigaction usual = {};
    usual.sa_handler = SIG_DFL;
    for (int signal = 1; signal <= SIGRTMAX; ++signal) (void)sigaction(signal, &usual, nullptr);
}

// Of every descriptor from 3 on, listed by nobody.
void close_all_on_exec() noexcept {
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
    // Linux before 5.11. A descriptor beyond a limit that was lowered later is not found.
    rlimit limit{};
    constexpr rlim_t most = 1 << 20;
    const rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? std::min(limit.rlim_cur, most) : most;
    for (int each = 3; each < static_cast<int>(end); ++each) (void)fcntl(each, F_SETFD, FD_CLOEXEC);
}

[[noreturn]] void give_up(const Plan& plan, Step step) noexcept {
    const Failure failure{step, errno};
    // Whether it arrives or not, there is nothing else to do.
    while (write(plan.report, &failure, sizeof failure) < 0 && errno == EINTR) {
    }
    _exit(127);
}

[[noreturn]] void become(const Plan& plan) noexcept {
    reset_signals();
    for (int stream = 0; stream < 3; ++stream) {
        if (dup2(plan.streams[static_cast<std::size_t>(stream)], stream) < 0) give_up(plan, Step::handles);
    }
    if (plan.directory >= 0 && fchdir(plan.directory) != 0) give_up(plan, Step::directory);
    close_all_on_exec();
    for (const NativeHandle each : plan.inherited) {
        if (fcntl(descriptor_of(each), F_SETFD, 0) != 0) give_up(plan, Step::handles);
    }
    sigset_t none;
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, nullptr);
    execve(plan.program, plan.arguments, plan.environment);
    give_up(plan, Step::program);
}

// The caller's thread stands still until the child has become the program or has given up. -1 with errno. Not in line:
// it returns twice, and what its caller keeps in registers must not be touched by the child.
[[gnu::noinline]] pid_t start(const Plan& plan) noexcept {
    const pid_t process = vfork();
    if (process == 0) become(plan);
    return process;
}

// With no signal, which would run its handler in the child, and no cancellation of this thread.
pid_t start_undisturbed(const Plan& plan) noexcept {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    int cancellation = 0;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancellation);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t process = start(plan);
    const int failure = errno;
    (void)pthread_sigmask(SIG_SETMASK, &before, nullptr);
    (void)pthread_setcancelstate(cancellation, nullptr);
    errno = failure;
    return process;
}

Error meaning(Failure failure) noexcept {
    switch (failure.number) {
        case ENOENT:
        case ENOTDIR:
            if (failure.step == Step::handles) break;
            return {failure.step == Step::program ? Errc::program_not_found : Errc::directory_not_found,
                    failure.number};
        case ENOEXEC:
        case EINVAL:
        case EISDIR:
        case ELIBBAD:
            if (failure.step != Step::program) break;
            return {Errc::not_executable, failure.number};
        case EBADF:
            return {Errc::invalid_argument, failure.number};
        case EAGAIN:
            return {Errc::too_many_processes, failure.number};
        default:
            break;
    }
    return posix::translate(failure.number);
}

// Nothing was reported: the program runs.
std::optional<Failure> read_report(int reader) noexcept {
    Failure failure{};
    ssize_t size = 0;
    do {
        size = read(reader, &failure, sizeof failure);
    } while (size < 0 && errno == EINTR);
    if (size == sizeof failure) return failure;
    return std::nullopt;
}

// Those of the standard streams, which the child's take the place of, are copied to other numbers.
class Streams {
public:
    Result<std::array<int, 3>> take(const ChildStreams& wanted) {
        std::array<int, 3> all{};
        const std::array<NativeHandle, 3> handles{wanted.input, wanted.output, wanted.error};
        for (int stream = 0; stream < 3; ++stream) {
            const auto i = static_cast<std::size_t>(stream);
            const int from = handles[i] != no_handle ? descriptor_of(handles[i]) : stream;
            all[i] = from;
            if (stream == 2 && wanted.error_is_output) {
                all[i] = all[1];
            } else if (from < 3) {
                all[i] = fcntl(from, F_DUPFD_CLOEXEC, 3);
                if (all[i] < 0) return fail_with(errno);
                copies_[i] = owned(all[i]);
            }
        }
        return all;
    }

private:
    static std::unexpected<Error> fail_with(int failure) noexcept {
        if (failure == EBADF) return fail(Errc::invalid_argument, failure);
        if (failure == EINVAL) return fail(Errc::too_many_files_open, failure);  // the limit is below 4 of them
        return fail(posix::translate(failure));
    }
    std::array<SystemHandle, 3> copies_;
};

Result<SystemHandle> open_directory(const std::string& path) {
    if (path.empty()) return SystemHandle();
    const int directory = open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0) return owned(directory);
    if (errno == ENOENT || errno == ENOTDIR) return fail(Errc::directory_not_found, errno);
    return posix::fail_last();
}

Result<void> check_inherited(std::span<const NativeHandle> handles) noexcept {
    for (const NativeHandle each : handles) {
        const bool can_be = descriptor_of(each) >= 3 && fcntl(descriptor_of(each), F_GETFD) >= 0;
        if (!can_be) return fail(Errc::invalid_argument, EBADF);
    }
    return {};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> all;
    all.reserve(texts.size() + 1);
    for (const std::string& text : texts) all.push_back(const_cast<char*>(text.c_str()));
    all.push_back(nullptr);
    return all;
}

Result<pid_t> run(Plan plan) noexcept {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return posix::fail_last();
    const SystemHandle reader = owned(ends[0]);
    SystemHandle writer = owned(ends[1]);
    plan.report = ends[1];
    const pid_t process = start_undisturbed(plan);
    if (process < 0) return fail(meaning({Step::handles, errno}));
    writer.close();
    const auto failure = read_report(ends[0]);
    if (!failure) return process;
    while (waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
    }
    return fail(meaning(*failure));
}

}  // namespace

Result<std::shared_ptr<Child>> spawn(const ProcessOptions& options, const ChildStreams& wanted) {
    if (auto good = check_inherited(options.inherited); !good) return fail(good.error());
    auto directory = open_directory(options.directory);
    if (!directory) return fail(directory.error());
    auto program = posix::find_program(options);
    if (!program) return fail(program.error());
    Streams streams;
    auto taken = streams.take(wanted);
    if (!taken) return fail(taken.error());

    std::vector<std::string> arguments{options.program};
    arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
    const std::vector<std::string> environment = posix::environment_of(options);
    const std::vector<char*> argument_pointers = pointers(arguments);
    const std::vector<char*> environment_pointers = pointers(environment);
    auto child = posix::ReapedChild::prepare();
    if (!child) return fail(child.error());
    auto process = run({.program = program->c_str(),
                        .arguments = argument_pointers.data(),
                        .environment = environment_pointers.data(),
                        .directory = directory->valid() ? descriptor_of(directory->get()) : -1,
                        .streams = *taken,
                        .inherited = options.inherited,
                        .report = -1});
    if (!process) return fail(process.error());
    if (auto watched = (*child)->watch(*process); !watched) return fail(watched.error());
    return *child;
}

}  // namespace pier::sys
