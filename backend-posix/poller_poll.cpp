#include "poller_poll.hpp"

#include "address.hpp"
#include "error.hpp"
#include "timeout.hpp"
#include "wake.hpp"

#include <pier/spi/make_room.hpp>
#include <pier/spi/readiness_engine.hpp>

#include <poll.h>
#include <cerrno>
#include <new>
#include <vector>

namespace pier::posix {
namespace {

using spi::Descriptor;

// Two arrays of the same order: what the kernel reads, and whom it is about. Entry 0 is the wake-up.
class PollPoller final : public spi::Poller {
public:
    explicit PollPoller(Wake wake) : Poller({}), wake_(std::move(wake)) {
        entries_.push_back({.fd = wake_.descriptor(), .events = POLLIN, .revents = 0});
        owners_.push_back(nullptr);
    }

    Result<void> add(Descriptor& d, std::uint8_t interest) override {
        try {
            spi::make_room(owners_, owners_.size() + 1);
            entries_.push_back({.fd = descriptor_of(d.socket), .events = events_of(interest), .revents = 0});
        } catch (const std::bad_alloc&) {
            return fail(Errc::not_enough_memory);
        }
        owners_.push_back(&d);
        d.slot = static_cast<std::uint32_t>(entries_.size() - 1);
        return {};
    }

    Result<void> change(Descriptor& d, std::uint8_t interest) override {
        if (interest == 0) {
            remove(d);
        } else {
            entries_[d.slot].events = events_of(interest);
        }
        return {};
    }

    // The last one takes its place.
    void remove(Descriptor& d) noexcept override {
        entries_[d.slot] = entries_.back();
        owners_[d.slot] = owners_.back();
        if (owners_[d.slot] != nullptr) owners_[d.slot]->slot = d.slot;
        entries_.pop_back();
        owners_.pop_back();
    }

    Result<void> wait(Time until, spi::ReadySink& sink) override {
        int count = poll(entries_.data(), entries_.size(), milliseconds_until(until));
        if (count < 0 && errno == EINTR) return {};
        if (count < 0) return fail_last();
        if (entries_[0].revents != 0) {
            wake_.drain();
            --count;
        }
        // From the back: an entry that the sink removes is replaced by one that has been looked at.
        for (std::size_t i = entries_.size() - 1; i > 0 && count > 0; --i) {
            if (entries_[i].revents == 0) continue;
            --count;
            sink.event(*owners_[i], bits_of(entries_[i].revents));
        }
        return {};
    }

    void wake() noexcept override { wake_.wake(); }

private:
    static short events_of(std::uint8_t interest) noexcept {
        int events = 0;
        if ((interest & spi::input) != 0) events |= POLLIN;
        if ((interest & spi::output) != 0) events |= POLLOUT;
        return static_cast<short>(events);
    }

    // A hang-up alone implies something to read: the end, or the error.
    static std::uint8_t bits_of(short events) noexcept {
        std::uint8_t bits = 0;
        if ((events & POLLIN) != 0) bits |= spi::input;
        if ((events & POLLOUT) != 0) bits |= spi::output;
        if ((events & (POLLHUP | POLLERR | POLLNVAL)) != 0) bits |= spi::exceptional;
        return bits;
    }

    Wake wake_;
    std::vector<pollfd> entries_;
    std::vector<Descriptor*> owners_;
};

}  // namespace

Result<std::unique_ptr<spi::Poller>> make_poll() {
    auto wake = Wake::make();
    if (!wake) return fail(wake.error());
    return std::make_unique<PollPoller>(std::move(*wake));
}

}  // namespace pier::posix
