#include "engine/poller_eventselect.hpp"

#include "engine/owned_handle.hpp"
#include "engine/short_wait.hpp"
#include "engine/timeout.hpp"
#include "engine/watcher.hpp"
#include "process/error.hpp"
#include "socket/sockets.hpp"

#include <pier/detail/make_room.hpp>
#include <pier/spi/readiness_engine.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <iterator>
#include <new>
#include <utility>
#include <vector>

namespace pier::win32 {
namespace {

using spi::Descriptor;

// All that there is: a later call for the same socket would replace the bits, and forget what it had recorded.
constexpr long everything = FD_READ | FD_WRITE | FD_OOB | FD_ACCEPT | FD_CONNECT | FD_CLOSE;

// The sockets that share an event.
struct Group {
    WSAEVENT event = nullptr;
    std::vector<Descriptor*> members;
};

// What a socket had to tell when its watch began.
struct Early {
    Descriptor* descriptor;
    std::uint8_t bits;
};

// A record (FD_READ and so on) is made when the state changes and once more after the call that deals with it: a
// receive enables FD_READ again, an accept FD_ACCEPT, a send that would block FD_WRITE (the documentation of
// WSAEventSelect). That makes edges, of which none is lost as long as a lane waits only after such a call. A second
// WSAEventSelect makes no further record, against that page (Wine's conformance test sock.c, test_read_events and
// test_write_events).
class EventSelectPoller final : public spi::Poller {
public:
    explicit EventSelectPoller(OwnedHandle wake)
        : Poller({.edge = true, .short_receive_drains = true, .short_send_drains = false}), wake_(std::move(wake)) {
        // From now on creating a group allocates nothing but its event.
        groups_.reserve(most_groups);
        line_up();
    }
    ~EventSelectPoller() override {
        watcher_.reset();
        for (Group& group : groups_) ::WSACloseEvent(group.event);
    }

    Result<void> add(Descriptor& d, std::uint8_t) override {
        auto chosen = choose_group();
        if (!chosen) return fail(chosen.error());
        Group& group = groups_[*chosen];
        try {
            group.members.push_back(&d);
            spi::make_room(early_, early_.size() + 1);
        } catch (const std::bad_alloc&) {
            if (!group.members.empty() && group.members.back() == &d) group.members.pop_back();
            return fail(Errc::not_enough_memory);
        }
        spi::polled(d).slot = static_cast<std::uint32_t>(*chosen * group_stride + group.members.size() - 1);
        SOCKET socket = native(d.socket);
        if (::WSAEventSelect(socket, group.event, everything) != 0) {
            Error error = last_socket_error();
            group.members.pop_back();
            return fail(error);
        }
        d.ties_accepted = true;
        // Data that is there already is recorded at once, and so is room to send. Of an end of the stream or a failed
        // connect that came before, the documentation promises nothing, and there is no second record: so one look.
        auto state = state_of(socket);
        unsigned bits = 0;
        if (!state || state->readable) bits |= spi::input;
        if (!state || ((state->writable || state->failed) && connects(d))) bits |= spi::output;
        if (bits != 0) early_.push_back({&d, static_cast<std::uint8_t>(bits)});
        return {};
    }

    // Everything is watched since the add().
    Result<void> change(Descriptor&, std::uint8_t) override { return {}; }

    void remove(Descriptor& d) noexcept override {
        // Closing ends the association.
        std::vector<Descriptor*>& members = groups_[spi::polled(d).slot / group_stride].members;
        std::size_t place = spi::polled(d).slot % group_stride;
        members[place] = members.back();
        spi::polled(*members[place]).slot = spi::polled(d).slot;
        members.pop_back();
        std::erase_if(early_, [&](const Early& early) { return early.descriptor == &d; });
    }

    // A foreign socket may have an association of its owner's, and would lose it and its mode. And FD_WRITE comes only
    // after a send that would have blocked, which a wait for room to send is not.
    Result<spi::Watched> watch(spi::Operation& op) override {
        if (op.descriptor->kind != spi::SocketKind::foreign && !op.has(spi::Operation::waits_writable)) {
            return spi::Watched::by_events;
        }
        if (watcher_ == nullptr) {
            auto made =
                Watcher::make([](void* poller) noexcept { static_cast<EventSelectPoller*>(poller)->wake(); }, this);
            if (!made) return fail(made.error());
            watcher_ = std::move(*made);
        }
        if (auto started = watcher_->start(op); !started) return fail(started.error());
        return spi::Watched::apart;
    }
    void unwatch(spi::Operation& op) noexcept override { watcher_->cancel(op); }

    // One event a call: the caller comes again at once, and this way each costs a single wait.
    Result<void> wait(Time until, spi::ReadySink& sink) override {
        bool early = !early_.empty();
        auto slice = early_.begin() + std::min<std::ptrdiff_t>(std::ssize(early_), spi::limits::poller_batch);
        for (auto news = early_.begin(); news != slice; ++news) sink.event(*news->descriptor, news->bits);
        early_.erase(early_.begin(), slice);
        early |= collect_watched(sink);
        auto count = static_cast<DWORD>(groups_.size() + 1);
        const Time limit = early ? Time::min() : until;
        const bool alertable = short_wait_.begin(limit) == ShortWait::Mode::alertable;
        DWORD answer = ::WSAWaitForMultipleEvents(count, line_ + first_, FALSE, milliseconds_until(limit), alertable);
        if (answer == WSA_WAIT_FAILED) return fail(last_socket_error());
        if (answer == WSA_WAIT_IO_COMPLETION) short_wait_.interrupted();
        if (answer >= WSA_WAIT_EVENT_0 + count) return {};
        DWORD index = (first_ + answer - WSA_WAIT_EVENT_0) % count;
        first_ = (index + 1) % count;  // of several that are set the first one is reported: the others come first now
        if (index == 0) {
            ::WSAResetEvent(wake_.get());
            woken_.store(false);
            (void)collect_watched(sink);
        } else {
            collect(groups_[index - 1], sink);
        }
        return {};
    }

    void wake() noexcept override {
        if (!woken_.exchange(true)) ::WSASetEvent(wake_.get());
    }

private:
    // With the one to be woken by as many as a wait takes.
    static constexpr std::size_t most_groups = WSA_MAXIMUM_WAIT_EVENTS - 1;
    static constexpr std::size_t group_stride = std::size_t{1}
                                                << 24;  // PolledDescriptor::slot: the group, the place in it

    static bool connects(Descriptor& d) noexcept {
        const spi::Operation* op = d.lane(spi::Direction::write).first;
        return op != nullptr && op->verb == spi::Verb::connect;
    }

    // An event of its own as long as there are some.
    Result<std::size_t> choose_group() noexcept {
        std::size_t least = 0;
        for (std::size_t i = 0; i < groups_.size(); ++i) {
            if (groups_[i].members.size() < groups_[least].members.size()) least = i;
        }
        bool is_free = !groups_.empty() && groups_[least].members.empty();
        if (is_free || groups_.size() == most_groups) return least;
        WSAEVENT event = ::WSACreateEvent();
        if (event == WSA_INVALID_EVENT) {
            if (groups_.empty()) return fail(last_socket_error());
            return least;
        }
        groups_.push_back({.event = event, .members = {}});
        line_up();
        return groups_.size() - 1;
    }

    // Twice in a row, so that a wait may begin anywhere.
    void line_up() noexcept {
        std::size_t count = groups_.size() + 1;
        for (std::size_t i = 0; i < 2 * count; ++i) {
            line_[i] = i % count == 0 ? wake_.get() : groups_[i % count - 1].event;
        }
        first_ = 0;
    }

    bool collect_watched(spi::ReadySink& sink) noexcept {
        return watcher_ != nullptr &&
               watcher_->collect([&](spi::Operation& op, const Error& error) { sink.ended(op, error); });
    }

    // The event first, then all its sockets: what is recorded after the look sets it again. Never by the handle in
    // WSAEnumNetworkEvents, which would clear what another socket has set.
    void collect(Group& group, spi::ReadySink& sink) noexcept {
        ::WSAResetEvent(group.event);
        for (Descriptor* d : group.members) {
            WSANETWORKEVENTS record;
            // It fails for no reason that the next call on the socket would not give: let that say it.
            bool failed = ::WSAEnumNetworkEvents(native(d->socket), nullptr, &record) != 0;
            // A warning not to conclude from short receives. Where nobody does, a try must not follow from it: on Wine
            // it would pass the urgent byte, for which somebody waits.
            if (d->drain_exact) record.lNetworkEvents &= ~FD_OOB;
            std::uint8_t bits = failed ? spi::exceptional : bits_of(record.lNetworkEvents);
            if (!failed && (record.lNetworkEvents & FD_CONNECT) != 0)
                tell_connect(*d, record.iErrorCode[FD_CONNECT_BIT]);
            if (bits != 0) sink.event(*d, bits);
        }
    }

    // The documented code of a failed connect (WSAEnumNetworkEvents). SO_ERROR need not have it any more, so it is laid
    // down where connect_result() looks first.
    static void tell_connect(Descriptor& d, int code) noexcept {
        spi::Operation* op = d.lane(spi::Direction::write).first;
        if (code == 0 || op == nullptr || op->verb != spi::Verb::connect || op->stage != spi::Stage::in_flight) return;
        op->error = translate(static_cast<DWORD>(code), During::connect);
    }

    static std::uint8_t bits_of(long events) noexcept {
        unsigned bits = 0;
        if ((events & (FD_READ | FD_ACCEPT)) != 0) bits |= spi::input;
        if ((events & (FD_WRITE | FD_CONNECT)) != 0) bits |= spi::output;
        // FD_CLOSE may come while there is something to read; it comes once (Wine's sock.c, test_close_events).
        if ((events & (FD_CLOSE | FD_OOB)) != 0) bits |= spi::exceptional;
        return static_cast<std::uint8_t>(bits);
    }

    OwnedHandle wake_;
    std::atomic<bool> woken_{false};
    ShortWait short_wait_;
    std::vector<Group> groups_;
    std::vector<Early> early_;
    std::unique_ptr<Watcher> watcher_;  // from the first operation that needs it
    WSAEVENT line_[2 * (most_groups + 1)] = {};
    DWORD first_ = 0;
};

}  // namespace

Result<std::unique_ptr<spi::Poller>> make_eventselect() {
    OwnedHandle wake = make_event();
    if (!wake) return fail(translate(::GetLastError()));
    return std::make_unique<EventSelectPoller>(std::move(wake));
}

}  // namespace pier::win32
