// signal(7): SIGUSR2, because Pier's own end takes SIGUSR1 in the same process. A handler counts it.
#include "raw_ipc/raw.hpp"

#include <semaphore.h>
#include <sys/types.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>

namespace pier::posix {
namespace {

sem_t told;  // one end in a process

class SignalEnd final : public RawEnd {
public:
    explicit SignalEnd(pid_t other) noexcept : other_(other) {}

    Result<void> send(std::span<const std::byte> /*bytes*/) override {
        if (::kill(other_, SIGUSR2) != 0) return fail_last();
        return {};
    }
    Result<std::size_t> receive(std::span<std::byte> /*into*/) override {
        const timespec until = raw_deadline(CLOCK_MONOTONIC);
        while (::sem_clockwait(&told, CLOCK_MONOTONIC, &until) != 0) {
            if (errno != EINTR) return fail_last();
        }
        return 0;
    }

private:
    pid_t other_;
};

Result<void> take() {
    if (::sem_init(&told, 0, 0) != 0) return fail_last();
    struct sigaction action = {};
    action.sa_handler = [](int) { (void)::sem_post(&told); };
    action.sa_flags = SA_RESTART;
    if (::sigaction(SIGUSR2, &action, nullptr) != 0) return fail_last();
    return {};
}

class SignalHost final : public RawHost {
public:
    SignalHost() { words.push_back(std::to_string(::getpid())); }
    Result<std::unique_ptr<RawEnd>> meet(std::uint64_t other) override {
        return std::make_unique<SignalEnd>(static_cast<pid_t>(other));
    }
};

Result<std::unique_ptr<RawHost>> host(const std::string& /*word*/) {
    if (auto taken = take(); !taken) return fail(taken.error());
    return std::make_unique<SignalHost>();
}

Result<std::unique_ptr<RawEnd>> join(std::span<const std::string> words) {
    if (auto taken = take(); !taken) return fail(taken.error());
    const int other = raw_descriptor(words, 0);
    if (other <= 0) return fail(Errc::invalid_argument);
    return std::make_unique<SignalEnd>(other);
}

}  // namespace

RawKind raw_signal() noexcept { return {.name = "signal", .messages = true, .host = host, .join = join}; }

}  // namespace pier::posix
