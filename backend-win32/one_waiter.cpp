// select() for one socket and a second one to be woken by. Not WSAEventSelect: its events come once per transition, by
// rules that Wine 8 keeps differently (BEHAVIOUR, section F), while select tells the state.
#include "address.hpp"
#include "error.hpp"
#include "sockets.hpp"

#include <pier/spi/sys.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>

namespace pier::sys {
namespace {

using namespace win32;

constexpr Duration longest = std::chrono::hours(24);

// Rounded up; at most `longest`, after which the caller looks at the clock again.
timeval span_until(Time until) noexcept {
    Time present = now();
    Duration left = until <= present ? Duration::zero() : std::min(longest, until - present);
    auto microseconds = std::chrono::ceil<std::chrono::microseconds>(left).count();
    timeval span{};
    span.tv_sec = static_cast<decltype(span.tv_sec)>(microseconds / 1'000'000);
    span.tv_usec = static_cast<decltype(span.tv_usec)>(microseconds % 1'000'000);
    return span;
}

// A datagram socket connected to itself: nobody else can send to it, and a byte on its way can't get lost.
Result<spi::Accepted> open_bell(Family family) {
    auto opened = sys::open(family, spi::SocketKind::datagram);
    if (!opened) return fail(opened.error());
    spi::Accepted bell(*opened);
    auto bound = sys::bind(*opened, Endpoint::loopback(family), spi::SocketKind::datagram, {});
    if (!bound) return fail(bound.error());
    auto name = local_endpoint(*opened);
    if (!name) return fail(name.error());
    Address address = to_native(*name);
    if (::connect(native(*opened), &address.raw.any, address.length) != 0) return fail(last_socket_error());
    return bell;
}

class SelectWaiter final : public OneWaiter {
public:
    explicit SelectWaiter(spi::Accepted bell) noexcept : bell_(std::move(bell)) {}

    Result<bool> wait(NativeSocket socket, spi::Direction direction, Time until) override {
        for (;;) {
            auto ready = wait_once(socket, direction, until);
            if (!ready) return fail(ready.error());
            if (*ready != Answer::nothing) return *ready == Answer::socket;
            if (until != never && now() >= until) return false;
        }
    }

    void wake() noexcept override {
        if (rung_.exchange(true)) return;
        char byte = 0;
        // The only datagram of an empty queue: it is refused only while the system is out of buffers.
        while (::send(native(bell_.socket()), &byte, 1, 0) != 1) ::Sleep(1);
    }

private:
    enum class Answer : std::uint8_t { nothing, socket, bell };

    Result<Answer> wait_once(NativeSocket socket, spi::Direction direction, Time until) {
        SOCKET bell = native(bell_.socket());
        SOCKET s = native(socket);
        fd_set reads, writes, excepts;
        FD_ZERO(&reads);
        FD_ZERO(&writes);
        FD_ZERO(&excepts);
        FD_SET(bell, &reads);
        if (socket != spi::no_socket && direction == spi::Direction::read) FD_SET(s, &reads);
        if (socket != spi::no_socket && direction == spi::Direction::write) {
            FD_SET(s, &writes);
            // Exceptions are failed connects, but urgent data, too: waiting for those on a connected socket would spin.
            if (peer_of(s).family() == Family::unspecified) FD_SET(s, &excepts);
        }
        timeval span = until == never ? timeval{} : span_until(until);
        int ready = ::select(0, &reads, &writes, &excepts, until == never ? nullptr : &span);
        if (ready < 0) return fail(last_socket_error());
        bool is_ready =
            socket != spi::no_socket && (FD_ISSET(s, &reads) || FD_ISSET(s, &writes) || FD_ISSET(s, &excepts));
        bool woken = FD_ISSET(bell, &reads);
        if (woken) silence();
        if (is_ready) return Answer::socket;
        return woken ? Answer::bell : Answer::nothing;
    }

    // The flag first: a wake in between rings again.
    void silence() noexcept {
        char byte[16];
        while (::recv(native(bell_.socket()), byte, sizeof byte, 0) > 0) {
        }
        rung_.store(false);
    }

    spi::Accepted bell_;
    std::atomic<bool> rung_{false};
};

}  // namespace

Result<std::unique_ptr<OneWaiter>> make_one_waiter() {
    auto bell = open_bell(Family::ipv4);
    if (!bell) bell = open_bell(Family::ipv6);
    if (!bell) return fail(bell.error());
    return std::make_unique<SelectWaiter>(std::move(*bell));
}

}  // namespace pier::sys
