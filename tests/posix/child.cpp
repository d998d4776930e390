#include "child.hpp"

#include <doctest/doctest.h>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cerrno>
#include <csignal>
#include <cstdio>

namespace posix {

Child::Child(const std::function<int()>& body) {
    std::fflush(nullptr);  // or the child writes it once more
    id_ = fork();
    REQUIRE(id_ >= 0);
    if (id_ != 0) return;
    alarm(30);
    _exit(body());
}

Child::~Child() {
    if (reaped_) return;
    kill(id_, SIGKILL);
    (void)status();
}

int Child::status() {
    int status = 0;
    while (waitpid(id_, &status, 0) < 0) {
        if (errno != EINTR) return -1;
    }
    reaped_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

Pipe::Pipe() { REQUIRE(pipe(ends_) == 0); }

Pipe::~Pipe() {
    close_reader();
    close_writer();
}

void Pipe::close_reader() noexcept {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
}

void Pipe::close_writer() noexcept {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
}

std::string Pipe::line() {
    std::string text;
    for (;;) {
        pollfd entry{.fd = ends_[0], .events = POLLIN, .revents = 0};
        char letter = 0;
        if (poll(&entry, 1, 10'000) != 1 || read(ends_[0], &letter, 1) != 1 || letter == '\n') return text;
        text += letter;
    }
}

}  // namespace posix
