// One socket and a wake-up, by poll.
#include "engine/timeout.hpp"
#include "engine/wake.hpp"
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/one_waiter.hpp>

#include <poll.h>
#include <cerrno>

namespace pier::sys {
namespace {

short events_of(Readiness readiness) noexcept {
    switch (readiness) {
        case Readiness::output:
            return POLLOUT;
        case Readiness::urgent_data:
            return POLLPRI;
        case Readiness::input:
            break;
    }
    return POLLIN;
}

class PollOne final : public OneWaiter {
public:
    explicit PollOne(posix::Wake wake) noexcept : wake_(std::move(wake)) {}

    Result<bool> wait(NativeSocket socket, Readiness readiness, Time until) override {
        pollfd entries[2] = {};
        entries[0].fd = wake_.descriptor();
        entries[0].events = POLLIN;
        entries[1].fd = socket == spi::no_socket ? -1 : posix::descriptor_of(socket);  // poll(2) skips -1
        entries[1].events = events_of(readiness);
        for (;;) {
            int count = poll(entries, 2, posix::milliseconds_until(until));
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) return posix::fail_last();
            if (entries[0].revents != 0) wake_.drain();
            return entries[1].revents != 0;
        }
    }

    void wake() noexcept override { wake_.wake(); }

private:
    posix::Wake wake_;
};

}  // namespace

Result<std::unique_ptr<OneWaiter>> make_one_waiter() {
    auto wake = posix::Wake::make();
    if (!wake) return fail(wake.error());
    return std::make_unique<PollOne>(std::move(*wake));
}

}  // namespace pier::sys
