// A poller whose changes of interest are told.
#pragma once

#include <pier/spi/poller.hpp>

#include <memory>

namespace pier::spi {

[[nodiscard]] std::unique_ptr<Poller> traced(std::unique_ptr<Poller> poller);

}  // namespace pier::spi
