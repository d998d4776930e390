// epoll, level- or edge-triggered.
#pragma once

#include <pier/spi/poller.hpp>

#include <memory>

namespace pier::posix {

enum class Trigger : bool { level, edge };

// Errors: what epoll_create1 and eventfd say, too_many_files_open for one.
[[nodiscard]] Result<std::unique_ptr<spi::Poller>> make_epoll(Trigger trigger);

}  // namespace pier::posix
