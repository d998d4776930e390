// What AcceptEx leaves undone: this system has no such call.
#include "probes.hpp"

namespace pier::native {

void add_accept_context_probes(Probes& all) {
    all.push_back({.id = "extension-context-update",
                   .not_applicable = "this system's accept and connect leave nothing to update"});
}

}  // namespace pier::native
