// Where a server listens, as its command line says it.
#pragma once

#include <pier/endpoint.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pier {

// The endpoints of places as Place::parse() takes them: all addresses of a name. "*:7000" is any address of both
// families, of IPv4 alone where the system has no IPv6. BLOCKS while a name is looked up. Nothing after a sentence on
// stderr (exit status 2).
[[nodiscard]] std::optional<std::vector<Endpoint>> find_listen_places(std::string_view program,
                                                                      const std::vector<std::string>& texts);

}  // namespace pier
