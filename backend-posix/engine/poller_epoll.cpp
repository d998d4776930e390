#include "engine/poller_epoll.hpp"

#include "engine/timeout.hpp"
#include "engine/wake.hpp"
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/spi/readiness_engine.hpp>

#include <sys/epoll.h>
#include <unistd.h>
#include <cerrno>

namespace pier::posix {
namespace {

using spi::Descriptor;

class EpollPoller final : public spi::Poller {
public:
    EpollPoller(Wake wake, Trigger trigger) noexcept
        : Poller({.edge = trigger == Trigger::edge}), wake_(std::move(wake)) {}
    ~EpollPoller() override {
        if (epoll_ >= 0) close(epoll_);
    }

    // Before anything else. The wake-up is edge-triggered under both: each write is news, and nobody ever has to read
    // the counter back.
    Result<void> open() {
        epoll_ = epoll_create1(EPOLL_CLOEXEC);
        if (epoll_ < 0) return fail_last();
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        event.data.ptr = nullptr;
        if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_.descriptor(), &event) != 0) return fail_last();
        return {};
    }

    Result<void> add(Descriptor& d, std::uint8_t interest) override { return control(EPOLL_CTL_ADD, d, interest); }
    Result<void> change(Descriptor& d, std::uint8_t interest) override {
        // Without interest epoll would still report errors and hang-ups, again and again under level triggering.
        return control(interest == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, d, interest);
    }

    // Closing would not do: a child of a fork holds the socket on, and its events would go on coming, for whoever is in
    // this Descriptor by then, and under a number that nothing can be told about any more.
    void remove(Descriptor& d) noexcept override { epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor_of(d.socket), nullptr); }

    [[gnu::hot]] Result<void> wait(Time until, spi::ReadySink& sink) override {
        epoll_event events[spi::limits::poller_batch];
        int count = epoll_wait(epoll_, events, spi::limits::poller_batch, milliseconds_until(until));
        // A signal: the loop looks at its clock and inbox, and comes again.
        if (count < 0 && errno == EINTR) return {};
        if (count < 0) return fail_last();
        for (int i = 0; i < count; ++i) {
            if (events[i].data.ptr == nullptr) continue;
            sink.event(*static_cast<Descriptor*>(events[i].data.ptr), bits_of(events[i].events));
        }
        return {};
    }

    void wake() noexcept override { wake_.wake(); }

private:
    Result<void> control(int what, Descriptor& d, std::uint8_t interest) noexcept {
        epoll_event event{};
        event.data.ptr = &d;
        if ((interest & spi::input) != 0) event.events |= EPOLLIN | EPOLLRDHUP;
        if ((interest & spi::output) != 0) event.events |= EPOLLOUT;
        if ((interest & spi::exceptional) != 0) event.events |= EPOLLPRI;
        // Edges only: after data, urgent data and data again, a short receive leaves the last without an edge of its
        // own. The urgent mark is the warning not to conclude from short receives any more. Where nobody does, it must
        // not come: the try that follows an event would pass the urgent byte, for which somebody waits.
        if (traits().edge) event.events |= d.drain_exact ? EPOLLET : EPOLLET | EPOLLPRI;
        if (epoll_ctl(epoll_, what, descriptor_of(d.socket), &event) != 0) return fail_last();
        return {};
    }

    static std::uint8_t bits_of(std::uint32_t events) noexcept {
        if (events == EPOLLIN) return spi::input;
        std::uint8_t bits = 0;
        if ((events & EPOLLIN) != 0) bits |= spi::input;
        if ((events & EPOLLOUT) != 0) bits |= spi::output;
        if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR | EPOLLPRI)) != 0) bits |= spi::exceptional;
        return bits;
    }

    int epoll_ = -1;
    Wake wake_;
};

}  // namespace

Result<std::unique_ptr<spi::Poller>> make_epoll(Trigger trigger) {
    auto wake = Wake::make();
    if (!wake) return fail(wake.error());
    auto poller = std::make_unique<EpollPoller>(std::move(*wake), trigger);
    if (auto opened = poller->open(); !opened) return fail(opened.error());
    return poller;
}

}  // namespace pier::posix
