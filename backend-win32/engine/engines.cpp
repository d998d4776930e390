// The engines of this system, best first.
#include "engine/overlapped/iocp.hpp"
#include "engine/overlapped/overlapped_apc.hpp"
#include "engine/overlapped/overlapped_event.hpp"
#include "engine/overlapped/pipes_beside.hpp"
#include "engine/poller_eventselect.hpp"
#include "engine/poller_winselect.hpp"

#include <pier/spi/engine.hpp>
#include <pier/spi/readiness_engine.hpp>

namespace pier::spi {
namespace {

std::string runs_here() { return {}; }

Result<std::unique_ptr<Engine>> over(Result<std::unique_ptr<Poller>> poller) {
    if (!poller) return fail(poller.error());
    return std::make_unique<ReadinessEngine>(std::move(*poller));
}

}  // namespace

std::span<const EngineInfo> platform_engines() {
    static const EngineInfo table[] = {
        win32::iocp_info(),
        win32::overlapped_apc_info(),
        win32::overlapped_event_info(),
        {
            .name = "wsa-event",
            .summary = "WSAEventSelect: edge-triggered events, each shared by several sockets beyond 63 of them",
            .probe = runs_here,
            .make = [](ChunkPool&) { return over(win32::make_eventselect()); },
        },
        {
            .name = "wsa-select",
            .summary = "Winsock's select: the whole array at every wait, of any length; the simplest, on every Windows",
            .probe = runs_here,
            .make = [](ChunkPool&) { return over(win32::make_winselect()); },
        },
    };
    return table;
}

Result<std::unique_ptr<Engine>> with_pipes(std::unique_ptr<Engine> engine) {
    if (engine->traits().takes_pipes) return engine;
    return win32::pipes_beside(std::move(engine));
}

}  // namespace pier::spi
