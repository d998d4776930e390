#include "engine/poller_select.hpp"

#include "engine/wake.hpp"
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/spi/readiness_engine.hpp>
#include <pier/sys/clock.hpp>

#include <fcntl.h>
#include <sys/select.h>
#include <unistd.h>
#include <array>
#include <bit>
#include <cerrno>
#include <utility>

namespace pier::posix {
namespace {

using spi::Descriptor;

// The kernel's layout of an fd_set: machine words, lowest bit first. Walking words finds the few ready ones of a
// thousand quickly.
using Words = std::array<unsigned long, sizeof(fd_set) / sizeof(unsigned long)>;
constexpr int word_bits = 8 * sizeof(unsigned long);

// Rounded up to select's microseconds. Null for never.
timeval* timeout_until(Time until, timeval& storage) noexcept {
    if (until == never) return nullptr;
    storage = {};
    if (until == Time::min()) return &storage;
    Duration left = until - sys::now();
    if (left <= Duration::zero()) return &storage;
    auto rounded = std::chrono::ceil<std::chrono::microseconds>(left);
    auto seconds = std::chrono::floor<std::chrono::seconds>(rounded);
    storage.tv_sec = seconds.count();
    storage.tv_usec = (rounded - seconds).count();
    return &storage;
}

class SelectPoller final : public spi::Poller {
public:
    explicit SelectPoller(Wake wake) noexcept : Poller({}), wake_(std::move(wake)) {
        FD_ZERO(&reads_);
        FD_ZERO(&writes_);
        FD_ZERO(&excepts_);
        FD_SET(wake_.descriptor(), &reads_);
        highest_ = wake_.descriptor();
    }

    ~SelectPoller() override {
        if (reserve_ >= 0) close(reserve_);
    }

    // FD_SET beyond the array would write past its end: memory of somebody else.
    Result<spi::NativeSocket> admit(spi::NativeSocket socket, bool ours) override {
        const int descriptor = descriptor_of(socket);
        if (descriptor < 0) return fail(Errc::not_a_socket, EBADF);
        if (descriptor < FD_SETSIZE) return socket;
        if (!ours || reserve_ < 0 || dup3(descriptor, reserve_, O_CLOEXEC) < 0) {
            return fail(Errc::too_many_files_open, EMFILE);
        }
        close(descriptor);
        return native_of(std::exchange(reserve_, -1));
    }

    // What accept(2) has taken out of the queue can't be put back. So there is always a low number in reserve for what
    // it brings.
    Result<void> room_to_accept() override {
        if (reserve_ >= 0) return {};
        const int lowest = fcntl(wake_.descriptor(), F_DUPFD_CLOEXEC, 0);
        if (lowest < 0) return fail_last();
        if (lowest >= FD_SETSIZE) {
            close(lowest);
            return fail(Errc::too_many_files_open, EMFILE);
        }
        reserve_ = lowest;
        return {};
    }

    Result<void> add(Descriptor& d, std::uint8_t interest) override {
        int descriptor = descriptor_of(d.socket);
        owners_[static_cast<std::size_t>(descriptor)] = &d;
        if (descriptor > highest_) highest_ = descriptor;
        return change(d, interest);
    }

    Result<void> change(Descriptor& d, std::uint8_t interest) override {
        if (interest == 0) {
            remove(d);
            return {};
        }
        int descriptor = descriptor_of(d.socket);
        assign(reads_, descriptor, (interest & spi::input) != 0);
        assign(writes_, descriptor, (interest & spi::output) != 0);
        assign(excepts_, descriptor, (interest & spi::exceptional) != 0);
        return {};
    }

    void remove(Descriptor& d) noexcept override {
        int descriptor = descriptor_of(d.socket);
        FD_CLR(descriptor, &reads_);
        FD_CLR(descriptor, &writes_);
        FD_CLR(descriptor, &excepts_);
        // Its number may be another's before the rest of the last call is reported.
        const unsigned long others = ~(1UL << (descriptor % word_bits));
        readable_[static_cast<std::size_t>(descriptor / word_bits)] &= others;
        writable_[static_cast<std::size_t>(descriptor / word_bits)] &= others;
        exceptional_[static_cast<std::size_t>(descriptor / word_bits)] &= others;
        owners_[static_cast<std::size_t>(descriptor)] = nullptr;
        while (highest_ > wake_.descriptor() && owners_[static_cast<std::size_t>(highest_)] == nullptr) --highest_;
    }

    // What a call has brought is reported a slice at a time, the rest by the next waits without a call. It may be out
    // of date by then, as any event may: the try that follows is told so.
    [[gnu::hot]] Result<void> wait(Time until, spi::ReadySink& sink) override {
        if (word_ == words_) {
            if (auto looked = look(until, sink); !looked) return looked;
        }
        for (int slice = spi::limits::poller_batch; word_ < words_ && slice > 0;) {
            const unsigned long ready = readable_[word_] | writable_[word_] | exceptional_[word_];
            if (ready == 0) {
                ++word_;
                continue;
            }
            --slice;
            auto bit = static_cast<std::size_t>(std::countr_zero(ready));
            const unsigned long mask = 1UL << bit;
            unsigned bits = 0;
            if ((readable_[word_] & mask) != 0) bits |= spi::input;
            if ((writable_[word_] & mask) != 0) bits |= spi::output;
            if ((exceptional_[word_] & mask) != 0) bits |= spi::exceptional;
            readable_[word_] &= ~mask;
            writable_[word_] &= ~mask;
            exceptional_[word_] &= ~mask;
            Descriptor* d = owners_[word_ * word_bits + bit];
            if (d != nullptr) sink.event(*d, static_cast<std::uint8_t>(bits));
        }
        return {};
    }

    void wake() noexcept override { wake_.wake(); }

private:
    // One call, for wait() to report.
    Result<void> look(Time until, spi::ReadySink& sink) noexcept {
        fd_set reads = reads_;
        fd_set writes = writes_;
        fd_set excepts = excepts_;
        timeval storage;
        int nfds = highest_ + 1;
        int count = select(nfds, &reads, &writes, &excepts, timeout_until(until, storage));
        if (count < 0) return failed(sink);
        if (FD_ISSET(wake_.descriptor(), &reads)) {
            wake_.drain();
            FD_CLR(wake_.descriptor(), &reads);
        }
        readable_ = std::bit_cast<Words>(reads);
        writable_ = std::bit_cast<Words>(writes);
        exceptional_ = std::bit_cast<Words>(excepts);
        word_ = 0;
        words_ = static_cast<std::size_t>((nfds + word_bits - 1) / word_bits);
        return {};
    }

    static bool is_open(int descriptor) noexcept { return fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF; }

    // One descriptor that is closed makes the whole call fail. Ours leave the sets before they are closed, so it is a
    // foreign one: its waits get to know, and the rest goes on. When none is found somebody has been given the number
    // meanwhile.
    Result<void> failed(spi::ReadySink& sink) noexcept {
        if (errno == EINTR) return {};
        if (errno != EBADF || !is_open(wake_.descriptor())) return fail_last();
        for (int descriptor = highest_; descriptor >= 0; --descriptor) {
            Descriptor* d = owners_[static_cast<std::size_t>(descriptor)];
            if (d != nullptr && !is_open(descriptor)) sink.event(*d, spi::exceptional);
        }
        return {};
    }

    static void assign(fd_set& set, int descriptor, bool member) noexcept {
        if (member) {
            FD_SET(descriptor, &set);
        } else {
            FD_CLR(descriptor, &set);
        }
    }

    Wake wake_;
    fd_set reads_;
    fd_set writes_;
    fd_set excepts_;  // urgent data
    // Of the last call, what is still to be reported: from word_ on.
    Words readable_{};
    Words writable_{};
    Words exceptional_{};
    std::size_t word_ = 0;
    std::size_t words_ = 0;
    int highest_;
    int reserve_ = -1;
    std::array<Descriptor*, FD_SETSIZE> owners_{};
};

}  // namespace

Result<std::unique_ptr<spi::Poller>> make_select() {
    auto wake = Wake::make();
    if (!wake) return fail(wake.error());
    if (wake->descriptor() >= FD_SETSIZE) return fail(Errc::too_many_files_open, EMFILE);
    auto poller = std::make_unique<SelectPoller>(std::move(*wake));
    (void)poller->room_to_accept();  // the reserve is there from the start; without one it is asked for again
    return poller;
}

}  // namespace pier::posix
