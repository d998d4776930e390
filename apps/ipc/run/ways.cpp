#include "run/ways.hpp"

namespace ipc {

bool has_raw(const Kind& /*kind*/) { return false; }

OrFault<std::unique_ptr<Host>> make_host(const Kind& kind, Way /*way*/) { return kind.host(); }

pier::Task<OpenedSide> join(const Kind& kind, Way /*way*/, std::vector<std::string> words) {
    return kind.join(std::move(words));
}

}  // namespace ipc
