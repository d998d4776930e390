// Bytes to an echo server and back, all of them checked.
#pragma once

#include <pier/behaviour/outcome.hpp>
#include <pier/behaviour/peer.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>

#include <cstddef>
#include <functional>
#include <vector>

namespace pier::behaviour {

// Bytes that differ from place to place, and from salt to salt.
[[nodiscard]] std::vector<std::byte> pattern(std::size_t size, unsigned salt = 0);

// Sends so many bytes, receives their echo meanwhile (an engine that blocks: in turns), and compares. Then ends, and
// waits for the end.
[[nodiscard]] pier::Task<Verdict> exchange(pier::Stream stream, std::size_t size);

// Steps whose other side is a Peer with that handler: `here` is given a connection to it.
[[nodiscard]] std::function<Verdict(const pier::EngineInfo&)> with_peer(
    Peer::Handler there, std::function<pier::Task<Verdict>(pier::Stream)> here,
    pier::Family family = pier::Family::ipv4);

}  // namespace pier::behaviour
