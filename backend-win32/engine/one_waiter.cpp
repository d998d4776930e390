// select() for one socket and a second one to be woken by. Not WSAEventSelect: its events come once per transition, by
// rules that Wine 8 keeps differently (docs/behaviour.md), while select tells the state.
#include "engine/timeout.hpp"
#include "engine/wake.hpp"
#include "process/error.hpp"
#include "socket/sockets.hpp"

#include <pier/sys/clock.hpp>
#include <pier/sys/one_waiter.hpp>

namespace pier::sys {
namespace {

using namespace win32;

class SelectWaiter final : public OneWaiter {
public:
    explicit SelectWaiter(Wake wake) noexcept : wake_(std::move(wake)) {}

    Result<bool> wait(NativeSocket socket, Readiness readiness, Time until) override {
        for (;;) {
            auto ready = wait_once(socket, readiness, until);
            if (!ready) return fail(ready.error());
            if (*ready != Answer::nothing) return *ready == Answer::socket;
            if (until != never && now() >= until) return false;
        }
    }

    void wake() noexcept override { wake_.wake(); }

private:
    enum class Answer : std::uint8_t { nothing, socket, bell };

    Result<Answer> wait_once(NativeSocket socket, Readiness readiness, Time until) {
        SOCKET bell = wake_.socket();
        SOCKET s = native(socket);
        fd_set reads, writes, excepts;
        FD_ZERO(&reads);
        FD_ZERO(&writes);
        FD_ZERO(&excepts);
        FD_SET(bell, &reads);
        if (socket != spi::no_socket && readiness == Readiness::input) FD_SET(s, &reads);
        if (socket != spi::no_socket && readiness == Readiness::urgent_data) FD_SET(s, &excepts);
        if (socket != spi::no_socket && readiness == Readiness::output) {
            FD_SET(s, &writes);
            // Exceptions are failed connects, but urgent data, too: waiting for those on a connected socket would spin.
            if (may_be_connecting(s)) FD_SET(s, &excepts);
        }
        timeval storage;
        int ready = ::select(0, &reads, &writes, &excepts, timeout_until(until, storage));
        if (ready < 0) return fail(last_socket_error());
        bool is_ready =
            socket != spi::no_socket && (FD_ISSET(s, &reads) || FD_ISSET(s, &writes) || FD_ISSET(s, &excepts));
        bool woken = FD_ISSET(bell, &reads);
        if (woken) wake_.drain();
        if (is_ready) return Answer::socket;
        return woken ? Answer::bell : Answer::nothing;
    }

    Wake wake_;
};

}  // namespace

Result<std::unique_ptr<OneWaiter>> make_one_waiter() {
    auto wake = Wake::make();
    if (!wake) return fail(wake.error());
    return std::make_unique<SelectWaiter>(std::move(*wake));
}

}  // namespace pier::sys
