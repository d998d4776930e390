// Groups, senders and interfaces of the command line.
#pragma once

#include <pier/cli/client_options.hpp>
#include <pier/endpoint.hpp>

#include <cstdint>
#include <string>

namespace multicast {

[[nodiscard]] bool is_multicast(const pier::Endpoint& address) noexcept;

// A multicast address with a port. A status after a sentence.
[[nodiscard]] pier::OrStatus<pier::Endpoint> parse_group(const std::string& text);
// An address of the group's family, which is none of a group. A status after a sentence.
[[nodiscard]] pier::OrStatus<pier::Endpoint> parse_source(const std::string& text, const pier::Endpoint& group);

struct Interface {
    std::uint32_t index = 0;
    std::string name;
};
// By either of its names, or by its number. A status after a sentence.
[[nodiscard]] pier::OrStatus<Interface> find_interface(const std::string& text);
// The name of the interface with that number, or the number as text.
[[nodiscard]] std::string name_of_interface(std::uint32_t index);

}  // namespace multicast
