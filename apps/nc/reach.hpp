// Addresses: those of the command line, and streams to them.
#pragma once

#include "options.hpp"

#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/stream.hpp>
#include <pier/task.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace nc {

// The addresses of the host, or of the path, without a port, in the order in which they are tried. Nothing after a
// sentence, or when the task was cancelled.
[[nodiscard]] pier::Task<std::optional<std::vector<pier::Endpoint>>> find_host(const Options& options);
// The numbers that the ranges stand for, in order. Nothing as above.
[[nodiscard]] pier::Task<std::optional<std::vector<std::uint16_t>>> find_ports(const Options& options);
// Where to connect from: an address of each family that -s has, or any address with the port of -p, or nothing. Nothing
// at all as above.
[[nodiscard]] pier::Task<std::optional<std::vector<pier::Endpoint>>> find_sources(const Options& options);

// The one for a peer; without a family where it does not matter. Errors: address_family_not_supported.
[[nodiscard]] pier::Result<pier::Endpoint> source_for(const std::vector<pier::Endpoint>& sources,
                                                      const pier::Endpoint& peer);

// Connects from one of the sources, by the deadline of -w.
[[nodiscard]] pier::Task<pier::Result<pier::Stream>> reach(const Options& options, pier::Endpoint peer,
                                                           const std::vector<pier::Endpoint>& sources);

}  // namespace nc
