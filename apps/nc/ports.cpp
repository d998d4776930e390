#include "ports.hpp"

#include <pier/cli/quoted.hpp>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace nc {
namespace {

constexpr std::uint16_t highest = 65535;

bool is_number(std::string_view text) noexcept {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::expected<std::uint16_t, std::string> parse_port(std::string_view text, std::uint16_t lowest) {
    std::uint16_t port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (failure != std::errc() || end != text.data() + text.size() || port < lowest) {
        return std::unexpected(pier::quoted(text)
                                   .append(": a port is a number from ")
                                   .append(std::to_string(lowest))
                                   .append(" to ")
                                   .append(std::to_string(highest)));
    }
    return port;
}

}  // namespace

std::expected<PortRange, std::string> parse_ports(std::string_view text, std::uint16_t lowest) {
    if (text.empty()) return std::unexpected("an empty text is no port");
    const std::size_t dash = text.find('-');
    const bool is_range = dash != std::string_view::npos && is_number(text.substr(0, dash));
    if (is_range) {
        if (!is_number(text.substr(dash + 1))) {
            return std::unexpected(pier::quoted(text).append(": a range of ports is two numbers, such as 20-30"));
        }
        const auto first = parse_port(text.substr(0, dash), 1);
        if (!first) return std::unexpected(first.error());
        const auto last = parse_port(text.substr(dash + 1), 1);
        if (!last) return std::unexpected(last.error());
        return PortRange{std::min(*first, *last), std::max(*first, *last), {}};
    }
    if (is_number(text)) {
        const auto port = parse_port(text, lowest);
        if (!port) return std::unexpected(port.error());
        return PortRange{*port, *port, {}};
    }
    // Which names there are is the resolver's matter; a sign in front of a number is none.
    if (text.find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos) {
        return std::unexpected(
            pier::quoted(text).append(": neither a port nor a range of ports, nor a service's name"));
    }
    return PortRange{0, 0, std::string(text)};
}

}  // namespace nc
