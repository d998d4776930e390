#include "poller_winselect.hpp"

#include "error.hpp"
#include "socket_sets.hpp"
#include "sockets.hpp"
#include "timeout.hpp"
#include "wake.hpp"

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
        assign(entry, reads, (interest & spi::input) != 0);
        assign(entry, writes, sends);
        assign(entry, excepts, (sends || d.kind == spi::SocketKind::foreign) && may_be_connecting(d));
        return {};
    }

    void remove(Descriptor& d) noexcept override {
        SOCKET socket = native(d.socket);
        Watched& entry = *table_.find(socket);
        for (std::size_t i = 0; i < kinds; ++i) assign(entry, static_cast<Kind>(i), false);
        table_.erase(socket);
    }

    Result<void> wait(Time until, spi::ReadySink& sink) override {
        for (std::size_t i = 0; i < kinds; ++i) ready_[i].copy(watched_[i]);
        timeval storage;
        int count = ::select(0, ready_[reads].argument(), ready_[writes].argument(), ready_[excepts].argument(),
                             timeout_until(until, storage));
        if (count == SOCKET_ERROR) return failed(sink);
        if (count == 0) return {};
        for (std::size_t i = 1; i <= ready_[reads].ready(); ++i) {
            SOCKET socket = ready_[reads].at(i);
            if (socket == wake_.socket()) {
                wake_.drain();
            } else {
                report(socket, spi::input, sink);
            }
        }
        for (std::size_t i = 1; i <= ready_[writes].ready(); ++i) report(ready_[writes].at(i), spi::output, sink);
        for (std::size_t i = 1; i <= ready_[excepts].ready(); ++i) report_exception(ready_[excepts].at(i), sink);
        return {};
    }

    void wake() noexcept override { wake_.wake(); }

private:
    enum Kind : std::uint8_t { reads, writes, excepts };
    static constexpr std::size_t kinds = 3;

    // A failed connect shows nowhere but in the set of exceptions; urgent data on a connected socket, too, and again
    // and again.
    static bool may_be_connecting(const Descriptor& d) noexcept {
        return d.peer.family() == Family::unspecified && peer_of(native(d.socket)).family() == Family::unspecified;
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

    // An earlier event of the same batch may have taken it out.
    void report(SOCKET socket, std::uint8_t bits, spi::ReadySink& sink) noexcept {
        if (Watched* entry = table_.find(socket)) sink.event(*entry->owner, bits);
    }

    void report_exception(SOCKET socket, spi::ReadySink& sink) noexcept {
        Watched* entry = table_.find(socket);
        if (entry == nullptr) return;
        if (may_be_connecting(*entry->owner)) {
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
        bool found = false;
        std::vector<Descriptor*> bad;
        try {
            table_.each([&](const Watched& entry) {
                if (!protocol_of(entry.socket)) bad.push_back(entry.owner);
            });
        } catch (const std::bad_alloc&) {
            return fail(Errc::not_enough_memory);
        }
        for (Descriptor* d : bad) {
            found = true;
            sink.event(*d, spi::exceptional);
        }
        if (!found) return fail(translate(code));
        return {};
    }

    Wake wake_;
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
