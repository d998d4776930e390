// A copy of this process, which ends with it.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace posix {

// Runs `body` in a forked child that the system ends after half a minute; its value is the exit status. Destroyed, the
// child is killed if need be, and reaped. The process has a single thread when it forks.
class Child {
public:
    explicit Child(const std::function<int()>& body);
    Child(const Child&) = delete;
    ~Child();

    [[nodiscard]] pid_t id() const noexcept { return id_; }
    // Waits for its end. The exit status, or 128 and the number of the signal that ended it.
    [[nodiscard]] int status();

private:
    pid_t id_ = -1;
    bool reaped_ = false;
};

// Both ends are closed at the end.
class Pipe {
public:
    Pipe();
    Pipe(const Pipe&) = delete;
    ~Pipe();

    void close_reader() noexcept;
    void close_writer() noexcept;
    [[nodiscard]] int reader() const noexcept { return ends_[0]; }
    [[nodiscard]] int writer() const noexcept { return ends_[1]; }
    // Without its newline; empty when none comes within ten seconds.
    [[nodiscard]] std::string line();

private:
    int ends_[2];
};

}  // namespace posix
