// The engines of this system, best first.
#include "engine/poller_epoll.hpp"
#include "engine/poller_poll.hpp"
#include "engine/poller_select.hpp"
#include "engine/uring/uring.hpp"

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
        .probe = runs_here,
        .make = [](ChunkPool&) { return over(posix::make_epoll(posix::Trigger::edge)); },
    },
    {
        .name = "io_uring",
        .summary = "io_uring: a turn's operations in one call, completed by the kernel; fewest calls under load",
        .probe = posix::probe_uring,
        .make = posix::make_uring,
    },
    {
        .name = "epoll-lt",
        .summary = "epoll, level-triggered: repeats what is not dealt with, the easier one to program by hand",
        .probe = runs_here,
        .make = [](ChunkPool&) { return over(posix::make_epoll(posix::Trigger::level)); },
    },
    {
        .name = "poll",
        .summary = "poll: the whole list at every wait, good for dozens of busy connections, on every Unix",
        .probe = runs_here,
        .make = [](ChunkPool&) { return over(posix::make_poll()); },
    },
    {
        .name = "select",
        .summary = "select: the oldest, a bit a descriptor, for descriptors below 1024 only",
        .probe = runs_here,
        .make = [](ChunkPool&) { return over(posix::make_select()); },
    },
};

}  // namespace

std::span<const EngineInfo> platform_engines() { return table; }

// A pipe's descriptor is as good as a socket's for all of them, those of core and libuv included.
Result<std::unique_ptr<Engine>> with_pipes(std::unique_ptr<Engine> engine) { return engine; }

}  // namespace pier::spi
