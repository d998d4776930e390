// Which interfaces are shown, and what of them.
#pragma once

#include "options.hpp"

#include <pier/socket/interfaces.hpp>

#include <string>
#include <vector>

namespace interfaces {

struct Selection {
    std::vector<pier::Interface> shown;  // by index; only the addresses that were asked for
    std::vector<std::string> unknown;    // names that no interface has, as they were typed
};

[[nodiscard]] Selection select(std::vector<pier::Interface> all, const Options& options);

}  // namespace interfaces
