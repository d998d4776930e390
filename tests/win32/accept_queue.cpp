// The calls of AcceptEx that an overlapped engine makes for a listener, answered by functions of this test.
#include "engine/overlapped/overlapped_engine.hpp"
#include "socket/sockets.hpp"

#include <pier/listener.hpp>
#include <pier/sys/socket.hpp>

#include <doctest/doctest.h>

#include <utility>
#include <vector>

namespace {

using namespace pier;

int calls = 0;
int dead_ones = 0;
std::vector<OVERLAPPED*> under_way;

// So many calls succeed at once, with a socket that is no connection. Then the system is out of memory.
BOOL PASCAL accept_dead_ones(SOCKET, SOCKET, void*, DWORD, DWORD, DWORD, DWORD*, OVERLAPPED*) {
    if (++calls <= dead_ones) return TRUE;
    ::WSASetLastError(WSAENOBUFS);
    return FALSE;
}

// Nobody comes.
BOOL PASCAL accept_nobody(SOCKET, SOCKET, void*, DWORD, DWORD, DWORD, DWORD*, OVERLAPPED* operation) {
    under_way.push_back(operation);
    ::WSASetLastError(WSA_IO_PENDING);
    return FALSE;
}

// No mechanism: what the calls bring at once, and what the test says has ended, is all that there is.
class Engine final : public win32::OverlappedEngine {
public:
    using OverlappedEngine::ended;
    Engine(const win32::Means& means, spi::ChunkPool& chunks) noexcept : OverlappedEngine(means, chunks) {}
    Result<void> wait(Time, spi::Harvest& harvest) override {
        (void)hand_over(harvest);
        return {};
    }
    void wake() noexcept override {}

protected:
    Result<void> associate(win32::OverlappedDescriptor& descriptor) override {
        descriptor.silent_success = true;
        return {};
    }
};

struct Accept {
    Error end;                  // operation_canceled: it waited
    std::size_t under_way = 0;  // calls, when it began to wait
};

// One accept of an engine for which this function is the system's.
Accept accept_once(LPFN_ACCEPTEX accept, bool accept_ahead) {
    REQUIRE(sys::start_up().has_value());
    win32::Means means;
    means.extensions.ipv4.accept = accept;
    spi::ChunkPool chunks;
    Engine engine(means, chunks);
    auto socket = sys::open(Family::ipv4, spi::SocketKind::listener);
    REQUIRE(socket.has_value());
    spi::Accepted listening(*socket);
    listening.set_listening({.backlog = 8, .accept_ahead = accept_ahead});
    REQUIRE(sys::bind(*socket, Endpoint::loopback(Family::ipv4), spi::SocketKind::listener, {}).has_value());
    auto attached = engine.attach(std::move(listening), spi::SocketKind::listener);
    REQUIRE(attached.has_value());
    const Listener nobody;
    spi::AcceptOperation op(nobody);
    op.descriptor = *attached;
    op.park();
    Accept result;
    spi::Harvest harvest;
    if (engine.start(op) == spi::Progress::parked) {
        result.under_way = under_way.size();
        engine.cancel(op);
        CHECK(engine.wait(Time::min(), harvest).has_value());
    }
    result.end = op.error;
    engine.release(**attached);
    for (OVERLAPPED* operation : std::exchange(under_way, {})) {
        engine.ended(*static_cast<win32::OverlappedLane*>(operation), harvest);
    }
    engine.bury();
    return result;
}

// Whether SO_UPDATE_ACCEPT_CONTEXT tells that a connection is dead. Wine's says yes to whatever it is asked.
bool system_tells_dead_connections() {
    auto socket = win32::open_socket(Family::ipv4, spi::SocketKind::stream);
    REQUIRE(socket.has_value());
    const SOCKET listener = *socket;
    const bool told = ::setsockopt(*socket, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT,
                                   reinterpret_cast<const char*>(&listener), sizeof listener) != 0;
    ::closesocket(*socket);
    return told;
}

}  // namespace

TEST_CASE("accept queue: where all that came at once are dead, new calls are made") {
    REQUIRE(sys::start_up().has_value());
    const bool told = system_tells_dead_connections();
    for (bool accept_ahead : {true, false}) {
        for (int dead : {0, 1, 8, 9, 64, 200}) {
            if (dead > 0 && !told) break;
            CAPTURE(accept_ahead);
            CAPTURE(dead);
            calls = 0;
            dead_ones = dead;
            CHECK(accept_once(accept_dead_ones, accept_ahead).end == Errc::no_buffer_space);
            CHECK(calls == dead + 1);
        }
    }
}

TEST_CASE("accept queue: a listener that accepts nothing ahead has one call under way, any other several") {
    const Accept one = accept_once(accept_nobody, false);
    CHECK(one.end == Errc::operation_canceled);
    CHECK(one.under_way == 1);
    const Accept several = accept_once(accept_nobody, true);
    CHECK(several.end == Errc::operation_canceled);
    CHECK(several.under_way == spi::limits::first_accept_calls);
}
