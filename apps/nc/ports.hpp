// The ports of the command line: numbers, ranges, and services by name.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace nc {

// A port is a range of one. With a service, the numbers are not known yet.
struct PortRange {
    std::uint16_t first = 0;
    std::uint16_t last = 0;
    std::string service;
};

// "80", "20-30", "30-20" (which is the same), "http". `lowest` is 1, or 0 where the system may choose. Otherwise what
// is wrong, as a sentence that names the text.
[[nodiscard]] std::expected<PortRange, std::string> parse_ports(std::string_view text, std::uint16_t lowest);

}  // namespace nc
