// Loops that don't accept: an acceptor for each listener, which blocks, deals its connections to them in turn. For
// listeners that not every loop can have, or can wait for.
#pragma once

#include "crew.hpp"

#include <atomic>
#include <cstddef>
#include <vector>

namespace pier {

// It lives as long as the crew that runs it.
class DealtLoops {
public:
    explicit DealtLoops(Frame& frame) : frame_(frame) {}

    // Serves until asked to stop: so many loops with the frame's engine, and the acceptors, the first one's on this
    // thread. `sockets` are those of `streams`, in its order, as in Worker::run. UDP sockets are the first loop's, and
    // listeners that it opens with one have an acceptor like the others. There is at least one listener. `ready` is
    // told the names of all.
    void run(Crew& crew, unsigned loops, std::vector<Listening> streams, std::vector<Accepted> sockets,
             const std::vector<Listening>& datagrams, const Worker::Ready& ready);

private:
    Frame& frame_;
    const EngineInfo blocking_ = spi::blocking_engine_info();
    std::vector<Worker*> loops_;
    std::atomic<std::size_t> next_{0};
};

}  // namespace pier
