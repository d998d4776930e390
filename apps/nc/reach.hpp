// Addresses: those of the command line, and streams to them; pier::source_for() says which source is for which.
#pragma once

#include "options.hpp"

#include <pier/endpoint.hpp>
#include <pier/socket/connect_race.hpp>
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

// Connects to the first address that answers, from one of the sources: Happy Eyeballs (RFC 8305). Each attempt has the
// time of -w, as nc of OpenBSD gives it to each address. What was given up for the winner is not among the attempts.
[[nodiscard]] pier::Task<pier::Race> reach(const Options& options, const std::vector<pier::Endpoint>& addresses,
                                           std::uint16_t port, const std::vector<pier::Endpoint>& sources);

}  // namespace nc
