// select(2): level-triggered, a bit a descriptor, so only for descriptors below FD_SETSIZE.
#pragma once

#include <pier/spi/poller.hpp>

#include <memory>

namespace pier::posix {

// Errors: what eventfd says; too_many_files_open when even its descriptor lies beyond FD_SETSIZE.
[[nodiscard]] Result<std::unique_ptr<spi::Poller>> make_select();

}  // namespace pier::posix
