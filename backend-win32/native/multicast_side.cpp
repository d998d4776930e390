// Multicast's loop.
#include "probes.hpp"

namespace pier::native {

void add_multicast_side_probes(Probes& all) {
    all.push_back({.id = "multicast-loop-side",
                   .not_applicable = "it takes an interface that is not loopback, and none can be made here"});
}

}  // namespace pier::native
