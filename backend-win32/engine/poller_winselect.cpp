#include "engine/poller_winselect.hpp"

#include "engine/socket_sets.hpp"
#include "engine/timeout.hpp"
#include "engine/wake.hpp"
#include "process/error.hpp"
#include "socket/sockets.hpp"

#include <pier/spi/readiness_engine.hpp>

#include <new>

namespace pier::win32 {
namespace {

using spi::Descriptor;

struct Watched {
    SOCKET socket = INVALID_SOCKET;
    Descriptor* owner = nullptr;
    std::uint32_t places[3] = {};  // in each set; 0 for none
};

class WinSelectPoller final : public spi::Poller {
public:
    explicit WinSelectPoller(Wake wake) : Poller({}), wake_(std::move(wake)) {
        for (SocketSet* sets : {watched_, ready_}) {
            for (std::size_t i = 0; i < kinds; ++i) sets[i].reserve(1);
        }
        watched_[reads].add(wake_.socket());
    }

    Result<void> add(Descriptor& d, std::uint8_t interest) override {
        SOCKET socket = native(d.socket);
        if (table_.find(socket) != nullptr) return fail(Errc::already_in_progress);  // a foreign one, watched twice
        try {
            // All that change() and wait() will need.
            for (std::size_t i = 0; i < kinds; ++i) {
                watched_[i].reserve(table_.size() + 2);
                ready_[i].reserve(table_.size() + 2);
            }
            table_.insert({.socket = socket, .owner = &d, .places = {}});
        } catch (const std::bad_alloc&) {
            return fail(Errc::not_enough_memory);
        }
        return change(d, interest);
    }

    Result<void> change(Descriptor& d, std::uint8_t interest) override {
        if (interest == 0) {
            remove(d);
            return {};
        }
        Watched& entry = *table_.find(native(d.socket));
        bool sends = (interest & spi::output) != 0;
        // Behind the end of a stream nothing comes in but the end again, in each call. Besides, Wine 10 drops what it
        // holds of earlier sends when it looks for input and finds the end.
        assign(entry, reads, (interest & spi::input) != 0 && !d.lanes[0].ended);
        assign(entry, writes, sends);
        const bool urgent = (interest & spi::exceptional) != 0;
        assign(entry, excepts, urgent || ((sends || d.kind == spi::SocketKind::foreign) && shows_exceptions(d)));
        return {};
    }

    void remove(Descriptor& d) noexcept override {
        SOCKET socket = native(d.socket);
        Watched& entry = *table_.find(socket);
        for (std::size_t i = 0; i < kinds; ++i) assign(entry, static_cast<Kind>(i), false);
        table_.erase(socket);
    }

    // What a call has brought is reported a slice at a time, the rest by the next waits without a call. It may be out
    // of date by then, as any event may: the try that follows is told so.
    Result<void> wait(Time until, spi::ReadySink& sink) override {
        if (kind_ == kinds) {
            for (std::size_t i = 0; i < kinds; ++i) ready_[i].copy(watched_[i]);
            timeval storage;
            int count = ::select(0, ready_[reads].argument(), ready_[writes].argument(), ready_[excepts].argument(),
                                 timeout_until(until, storage));
            if (count == SOCKET_ERROR) return failed(sink);
            unexplained_ = 0;
            if (count == 0) return {};
            kind_ = reads;
            place_ = 1;
        }
        for (int slice = spi::limits::poller_batch; kind_ < kinds && slice > 0;) {
            if (place_ > ready_[kind_].ready()) {
                ++kind_;
                place_ = 1;
                continue;
            }
            --slice;
            SOCKET socket = ready_[kind_].at(place_++);
            if (socket == wake_.socket()) {
                wake_.drain();
            } else if (kind_ == excepts) {
                report_exception(socket, sink);
            } else {
                report(socket, kind_ == reads ? spi::input : spi::output, sink);
            }
        }
        return {};
    }

    void wake() noexcept override { wake_.wake(); }

private:
    enum Kind : std::uint8_t { reads, writes, excepts };
    static constexpr std::size_t kinds = 3;

    // A failed connect shows nowhere but in the set of exceptions; urgent data on a connected socket, too, and again
    // and again.
    static bool shows_exceptions(const Descriptor& d) noexcept {
        return d.peer.family() == Family::unspecified && may_be_connecting(native(d.socket));
    }

    void assign(Watched& entry, Kind kind, bool member) noexcept {
        std::uint32_t& place = entry.places[kind];
        if (member == (place != 0)) return;
        if (member) {
            place = watched_[kind].add(entry.socket);
            return;
        }
        SOCKET moved = watched_[kind].remove(place);
        if (moved != entry.socket && moved != wake_.socket()) table_.find(moved)->places[kind] = place;
        place = 0;
    }

    // It may have left since the call, and another may have its handle.
    void report(SOCKET socket, std::uint8_t bits, spi::ReadySink& sink) noexcept {
        if (Watched* entry = table_.find(socket)) sink.event(*entry->owner, bits);
    }

    void report_exception(SOCKET socket, spi::ReadySink& sink) noexcept {
        Watched* entry = table_.find(socket);
        if (entry == nullptr) return;
        if ((entry->owner->interest & spi::exceptional) != 0 || shows_exceptions(*entry->owner)) {
            sink.event(*entry->owner, spi::exceptional);
        } else {
            assign(*entry, excepts, false);  // connected meanwhile: it is urgent data now
        }
    }

    // One bad socket makes the whole call fail. Ours are taken out before they are closed, so it is somebody else's: it
    // is the one that gets to know.
    Result<void> failed(spi::ReadySink& sink) {
        auto code = static_cast<DWORD>(::WSAGetLastError());
        switch (code) {
            case WSAEINTR:
                return {};
            case WSAENOBUFS:
                ::Sleep(1);  // short of memory, for now; the loop comes again
                return {};
            case WSAENOTSOCK:
                break;
            default:
                return fail(translate(code));
        }
        std::vector<Descriptor*> bad;
        try {
            table_.each([&](const Watched& entry) {
                if (!protocol_of(entry.socket)) bad.push_back(entry.owner);
            });
        } catch (const std::bad_alloc&) {
            return fail(Errc::not_enough_memory);
        }
        for (Descriptor* d : bad) sink.event(*d, spi::exceptional);
        // When none is found somebody has been given its handle meanwhile, and the next call succeeds.
        unexplained_ = bad.empty() ? unexplained_ + 1 : 0;
        if (unexplained_ > spi::limits::most_unexplained_failures) return fail(translate(code));
        return {};
    }

    Wake wake_;
    int unexplained_ = 0;  // failures in a row of which no socket was the reason
    // Of the last call, what is still to be reported: from this place of this set on.
    std::size_t kind_ = kinds;
    std::size_t place_ = 1;
    SocketTable<Watched> table_;
    SocketSet watched_[kinds];
    SocketSet ready_[kinds];
};

}  // namespace

Result<std::unique_ptr<spi::Poller>> make_winselect() {
    auto wake = Wake::make();
    if (!wake) return fail(wake.error());
    return std::make_unique<WinSelectPoller>(std::move(*wake));
}

}  // namespace pier::win32
