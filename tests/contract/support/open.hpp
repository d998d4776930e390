// Sockets of the loop that runs here: success, or a failed case.
#pragma once

#include "harness.hpp"

#include <pier/datagram.hpp>

#include <utility>

namespace contract {

inline pier::Listener open_listener(const pier::Endpoint& at = pier::Endpoint::loopback(pier::Family::ipv4),
                                    pier::ListenerOptions options = {}) {
    auto listener = pier::Listener::open(at, options);
    REQUIRE(outcome(listener) == Errc::ok);
    return std::move(*listener);
}

inline pier::Datagram open_datagram(const pier::Endpoint& at = pier::Endpoint::loopback(pier::Family::ipv4)) {
    auto datagram = pier::Datagram::open(at);
    REQUIRE(outcome(datagram) == Errc::ok);
    return std::move(*datagram);
}

}  // namespace contract
