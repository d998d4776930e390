// For tests of packets and frames: nobody else is there to see what is sent.
#pragma once

#include "harness.hpp"

#include <pier/socket/interfaces.hpp>

#include <cstdint>

namespace contract {

// in_namespace.py makes such a network.
inline void require_to_be_alone() {
    const auto found = pier::interfaces();
    REQUIRE(outcome(found) == Errc::ok);
    for (const pier::Interface& interface : *found) {
        REQUIRE_MESSAGE(interface.loopback, "this machine has a network; in_namespace.py runs this without one");
    }
}

// Of the only interface that is there.
inline std::uint32_t loopback_index() {
    require_to_be_alone();
    const auto found = pier::interfaces();
    REQUIRE(outcome(found) == Errc::ok);
    REQUIRE(found->size() == 1);
    return found->front().index;
}

}  // namespace contract
