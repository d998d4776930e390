// The address of a host.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/task.hpp>

#include <optional>
#include <string>

namespace ping {

// The first address of that name, with port 0; loopback for the unspecified one. Nothing after a sentence on stderr, or
// when the task was cancelled. `family`: unspecified is any.
[[nodiscard]] pier::Task<std::optional<pier::Endpoint>> find_address(std::string host, pier::Family family);

}  // namespace ping
