// The engines of this system, best first.
#include "poller_epoll.hpp"

#include <pier/spi/engine.hpp>
#include <pier/spi/readiness_engine.hpp>

namespace pier::spi {
namespace {

std::string runs_here() { return {}; }

Result<std::unique_ptr<Engine>> over(Result<std::unique_ptr<Poller>> poller) {
    if (!poller) return fail(poller.error());
    return std::make_unique<ReadinessEngine>(std::move(*poller));
}

constexpr EngineInfo table[] = {
    {
        .name = "epoll-et",
        .summary = "epoll, edge-triggered: registers a socket once, for any number of connections",
        .model = Model::event,
        .probe = runs_here,
        .make = [](ChunkPool&) { return over(posix::make_epoll(posix::Trigger::edge)); },
    },
};

}  // namespace

std::span<const EngineInfo> platform_engines() { return table; }

}  // namespace pier::spi
