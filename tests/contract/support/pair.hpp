// Both ends of connections on one loop, for cases that look at the loop more than at the peer. One operation follows
// the other, so that every engine can do it.
#pragma once

#include "harness.hpp"

#include <utility>

namespace contract {

struct Pair {
    pier::Stream server;
    pier::Stream client;
};

// The system completes a connect before the accept: the queue is the listener's.
inline Task<Pair> connect_pair(const pier::Listener& listener) {
    pier::Stream client = co_await connect_to(listener.local());
    pier::Stream server = co_await accept_from(listener);
    co_return Pair{std::move(server), std::move(client)};
}

inline Task<Pair> connect_pair(pier::Family family = pier::Family::ipv4) {
    auto listener = pier::Listener::open(pier::Endpoint::loopback(family));
    REQUIRE(outcome(listener) == Errc::ok);
    co_return co_await connect_pair(*listener);
}

}  // namespace contract
