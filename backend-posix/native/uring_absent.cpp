// A build without liburing has nothing to ask io_uring with.
#include "uring_probes.hpp"

namespace pier::native {
namespace {

constexpr std::string_view absent = "this build has no liburing";

}  // namespace

void add_uring_probes(Probes& all) {
    for (std::string_view id : {"uring-nonblocking-flag", "cancel-one-op", "cancel-nothing-pending",
                                "submitter-thread-exit", "immediate-success-notification"}) {
        all.push_back({.id = id, .not_applicable = absent});
    }
}

}  // namespace pier::native
