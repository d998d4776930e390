#include "poller_eventselect.hpp"

#include "error.hpp"
#include "sockets.hpp"
#include "timeout.hpp"

#include <pier/spi/readiness_engine.hpp>

#include <algorithm>
#include <atomic>
#include <new>
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

// A record (FD_READ and so on) is made when the state changes and once more after the call that deals with it: a
// receive enables FD_READ again, an accept FD_ACCEPT, a send that would block FD_WRITE (the documentation of
// WSAEventSelect). That makes edges, of which none is lost as long as a lane waits only after such a call.
class EventSelectPoller final : public spi::Poller {
public:
    explicit EventSelectPoller(WSAEVENT wake)
        : Poller({.edge = true, .short_receive_drains = true, .short_send_drains = false}), wake_(wake) {
        // From now on creating a group allocates nothing but its event.
        groups_.reserve(most_groups);
        line_up();
    }
    ~EventSelectPoller() override {
        for (Group& group : groups_) ::WSACloseEvent(group.event);
        ::WSACloseEvent(wake_);
    }

    Result<void> add(Descriptor& d, std::uint8_t) override {
        auto chosen = choose_group();
        if (!chosen) return fail(chosen.error());
        Group& group = groups_[*chosen];
        try {
            group.members.push_back(&d);
            early_.reserve(early_.size() + 1);
        } catch (const std::bad_alloc&) {
            if (!group.members.empty() && group.members.back() == &d) group.members.pop_back();
            return fail(Errc::not_enough_memory);
        }
        d.slot = static_cast<std::uint32_t>(*chosen * group_stride + group.members.size() - 1);
        SOCKET socket = native(d.socket);
        if (::WSAEventSelect(socket, group.event, everything) != 0) {
            Error error = last_socket_error();
            group.members.pop_back();
            return fail(error);
        }
        // What is readable or writable already is recorded at once; of a connect that has failed meanwhile the
        // documentation says nothing.
        if (connects(d)) {
            auto state = state_of(socket);
            if (!state || state->writable || state->failed) early_.push_back(&d);
        }
        return {};
    }

    // Everything is watched since the add().
    Result<void> change(Descriptor&, std::uint8_t) override { return {}; }

    void remove(Descriptor& d) noexcept override {
        // Closing does it for ours; but a foreign one stays open.
        if (d.kind == spi::SocketKind::foreign) (void)::WSAEventSelect(native(d.socket), nullptr, 0);
        std::vector<Descriptor*>& members = groups_[d.slot / group_stride].members;
        std::size_t place = d.slot % group_stride;
        members[place] = members.back();
        members[place]->slot = d.slot;
        members.pop_back();
        std::erase(early_, &d);
    }

    // One event a call: the caller comes again at once, and this way each costs a single wait.
    Result<void> wait(Time until, spi::ReadySink& sink) override {
        bool early = !early_.empty();
        for (Descriptor* d : early_) sink.event(*d, spi::output);
        early_.clear();
        auto count = static_cast<DWORD>(groups_.size() + 1);
        DWORD answer =
            ::WSAWaitForMultipleEvents(count, line_ + first_, FALSE, early ? 0 : milliseconds_until(until), FALSE);
        if (answer == WSA_WAIT_FAILED) return fail(last_socket_error());
        if (answer >= WSA_WAIT_EVENT_0 + count) return {};
        DWORD index = (first_ + answer - WSA_WAIT_EVENT_0) % count;
        first_ = (index + 1) % count;  // of several that are set the first one is reported: the others come first now
        if (index == 0) {
            ::WSAResetEvent(wake_);
            woken_.store(false);
        } else {
            collect(groups_[index - 1], sink);
        }
        return {};
    }

    void wake() noexcept override {
        if (!woken_.exchange(true)) ::WSASetEvent(wake_);
    }

private:
    // With the one to be woken by as many as a wait takes.
    static constexpr std::size_t most_groups = WSA_MAXIMUM_WAIT_EVENTS - 1;
    static constexpr std::size_t group_stride = std::size_t{1} << 24;  // Descriptor::slot: the group, the place in it

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
            line_[i] = i % count == 0 ? wake_ : groups_[i % count - 1].event;
        }
        first_ = 0;
    }

    // The event first, then all its sockets: what is recorded after the look sets it again. Never by the handle in
    // WSAEnumNetworkEvents, which would clear what another socket has set.
    void collect(Group& group, spi::ReadySink& sink) noexcept {
        ::WSAResetEvent(group.event);
        for (Descriptor* d : group.members) {
            WSANETWORKEVENTS record;
            // It fails for no reason that the next call on the socket would not give: let that say it.
            bool failed = ::WSAEnumNetworkEvents(native(d->socket), nullptr, &record) != 0;
            std::uint8_t bits = failed ? spi::exceptional : bits_of(record.lNetworkEvents);
            if (bits != 0) sink.event(*d, bits);
        }
    }

    static std::uint8_t bits_of(long events) noexcept {
        unsigned bits = 0;
        if ((events & (FD_READ | FD_ACCEPT)) != 0) bits |= spi::input;
        if ((events & (FD_WRITE | FD_CONNECT)) != 0) bits |= spi::output;
        // FD_CLOSE may come while there is something to read; it comes once.
        if ((events & (FD_CLOSE | FD_OOB)) != 0) bits |= spi::exceptional;
        return static_cast<std::uint8_t>(bits);
    }

    WSAEVENT wake_;
    std::atomic<bool> woken_{false};
    std::vector<Group> groups_;
    std::vector<Descriptor*> early_;  // whose connect was over before it was watched
    WSAEVENT line_[2 * (most_groups + 1)] = {};
    DWORD first_ = 0;
};

}  // namespace

Result<std::unique_ptr<spi::Poller>> make_eventselect() {
    WSAEVENT wake = ::WSACreateEvent();
    if (wake == WSA_INVALID_EVENT) return fail(last_socket_error());
    return std::make_unique<EventSelectPoller>(wake);
}

}  // namespace pier::win32
