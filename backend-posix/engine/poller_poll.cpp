#include "engine/poller_poll.hpp"

#include "engine/timeout.hpp"
#include "engine/wake.hpp"
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/detail/make_room.hpp>
#include <pier/spi/readiness_engine.hpp>

#include <poll.h>
#include <algorithm>
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
        spi::polled(d).slot = static_cast<std::uint32_t>(entries_.size() - 1);
        return {};
    }

    Result<void> change(Descriptor& d, std::uint8_t interest) override {
        if (interest == 0) {
            remove(d);
        } else {
            entries_[spi::polled(d).slot].events = events_of(interest);
        }
        return {};
    }

    // The last one takes its place.
    void remove(Descriptor& d) noexcept override {
        const std::uint32_t slot = spi::polled(d).slot;
        entries_[slot] = entries_.back();
        owners_[slot] = owners_.back();
        if (owners_[slot] != nullptr) spi::polled(*owners_[slot]).slot = slot;
        // What has been looked at isn't looked at again, wherever it stands now.
        if (entries_.size() > looked_from_) entries_[slot].revents = 0;
        entries_.pop_back();
        owners_.pop_back();
    }

    // What a call has brought is reported a slice at a time, the rest by the next waits without a call. It may be out
    // of date by then, as any event may: the try that follows is told so.
    [[gnu::hot]] Result<void> wait(Time until, spi::ReadySink& sink) override {
        if (left_ == 0) {
            int count = poll(entries_.data(), entries_.size(), milliseconds_until(until));
            if (count < 0 && errno == EINTR) return {};
            if (count < 0) return fail_last();
            left_ = static_cast<std::size_t>(count);
            looked_from_ = entries_.size();
            if (entries_[0].revents != 0) {
                wake_.drain();
                --left_;
            }
        }
        // From the back: an entry that the sink removes is replaced by one that has been looked at.
        std::size_t i = std::min(looked_from_, entries_.size());
        for (int slice = spi::limits::poller_batch; left_ > 0 && slice > 0 && i > 1;) {
            --i;
            if (entries_[i].revents == 0) continue;
            --left_;
            --slice;
            looked_from_ = i;
            sink.event(*owners_[i], bits_of(entries_[i].revents));
        }
        looked_from_ = i;
        // Some have been removed since the call.
        if (i <= 1) left_ = 0;
        return {};
    }

    void wake() noexcept override { wake_.wake(); }

private:
    static short events_of(std::uint8_t interest) noexcept {
        int events = 0;
        if ((interest & spi::input) != 0) events |= POLLIN;
        if ((interest & spi::output) != 0) events |= POLLOUT;
        if ((interest & spi::exceptional) != 0) events |= POLLPRI;
        return static_cast<short>(events);
    }

    // A hang-up alone implies something to read: the end, or the error.
    static std::uint8_t bits_of(short events) noexcept {
        std::uint8_t bits = 0;
        if ((events & POLLIN) != 0) bits |= spi::input;
        if ((events & POLLOUT) != 0) bits |= spi::output;
        if ((events & (POLLHUP | POLLERR | POLLNVAL | POLLPRI)) != 0) bits |= spi::exceptional;
        return bits;
    }

    Wake wake_;
    std::vector<pollfd> entries_;
    std::vector<Descriptor*> owners_;
    std::size_t left_ = 0;         // events of the last call that are still to be reported
    std::size_t looked_from_ = 1;  // ... of entries before this one
};

}  // namespace

Result<std::unique_ptr<spi::Poller>> make_poll() {
    auto wake = Wake::make();
    if (!wake) return fail(wake.error());
    return std::make_unique<PollPoller>(std::move(*wake));
}

}  // namespace pier::posix
