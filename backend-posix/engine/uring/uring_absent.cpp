#include "engine/uring/uring.hpp"

namespace pier::posix {

std::string probe_uring() { return "this build was made without liburing"; }

Result<std::unique_ptr<spi::Engine>> make_uring(spi::ChunkPool&) { return fail(Errc::not_supported); }

}  // namespace pier::posix
