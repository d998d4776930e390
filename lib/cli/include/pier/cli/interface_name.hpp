// The network interface that a word of a command line means.
#pragma once

#include <pier/socket/interfaces.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pier {

// The one of that name, else of that system name ("ethernet_32769"), else of that index ("2"). The error is a sentence
// with the names that there are: `there is no interface "eth9"; there are: lo, eth0`. Asks no system; any thread.
[[nodiscard]] std::expected<Interface, std::string> find_interface(const std::vector<Interface>& all,
                                                                   std::string_view word);

// The first one that is up, runs, has a hardware address and an address of IPv4, and is no loopback: what a program
// means by "the network" if it is told nothing. The error is a sentence with the names that there are. Asks no system.
[[nodiscard]] std::expected<Interface, std::string> first_interface(const std::vector<Interface>& all);

// The names with commas between them; "none" for an empty list.
[[nodiscard]] std::string interface_names(const std::vector<Interface>& all);

// Asks the system, and finds the one of the word, or without a word the first one as above. Nothing after a sentence on
// stderr. Any thread.
[[nodiscard]] std::optional<Interface> choose_interface(std::string_view program,
                                                        const std::optional<std::string>& word);

}  // namespace pier
