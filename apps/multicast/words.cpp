#include "words.hpp"

#include "program.hpp"

#include <pier/cli/program.hpp>
#include <pier/cli/quoted.hpp>
#include <pier/socket/interfaces.hpp>

#include <algorithm>
#include <vector>

namespace multicast {
namespace {

constexpr int wrong_usage = 2;
constexpr int not_there = 1;

std::unexpected<int> refuse(const std::string& sentence) {
    pier::say(program, sentence);
    return std::unexpected(wrong_usage);
}

}  // namespace

bool is_multicast(const pier::Endpoint& address) noexcept {
    if (address.family() == pier::Family::ipv4) return (address.v4_bytes()[0] & 0xF0) == 0xE0;
    return address.family() == pier::Family::ipv6 && address.v6_bytes()[0] == 0xFF;
}

pier::OrStatus<pier::Endpoint> parse_group(const std::string& text) {
    const auto parsed = pier::Endpoint::parse(text);
    if (!parsed && parsed.error() != pier::Errc::bad_address_text) {
        return refuse(pier::quoted(text) + ": " + std::string(parsed.error().message()));
    }
    if (!parsed || parsed->is_unix()) {
        return refuse(pier::quoted(text) + ": not a group of the form 239.1.2.3:7000 or [ff05::1234]:7000");
    }
    if (!is_multicast(*parsed)) {
        return refuse(pier::quoted(text) + ": not a multicast address; those are 224.0.0.0/4 and ff00::/8");
    }
    if (parsed->port() == 0)
        return refuse(pier::quoted(text) + ": port 0 is nobody's; the sender and the receivers share one");
    return *parsed;
}

pier::OrStatus<pier::Endpoint> parse_source(const std::string& text, const pier::Endpoint& group) {
    const auto parsed = pier::Endpoint::parse_address(text);
    if (!parsed || parsed->is_any() || is_multicast(*parsed)) {
        return refuse("--source: " + pier::quoted(text) + ": not the address of a sender");
    }
    if (parsed->family() != group.family()) {
        return refuse("--source: " + pier::quoted(text) + ": not of the same family as the group");
    }
    return *parsed;
}

pier::OrStatus<Interface> find_interface(const std::string& text) {
    const auto all = pier::interfaces();
    if (!all) return std::unexpected(pier::complain(program, "listing the interfaces", all.error()));
    std::string names;
    for (const pier::Interface& each : *all) {
        if (each.name == text || each.system_name == text || std::to_string(each.index) == text) {
            return Interface{each.index, each.name};
        }
        names.append(names.empty() ? "" : ", ").append(each.name);
    }
    pier::say(program, "there is no interface \"" + text + "\"; there are: " + (names.empty() ? "none" : names));
    return std::unexpected(not_there);
}

std::string name_of_interface(std::uint32_t index) {
    const auto all = pier::interfaces();
    if (all) {
        const auto found = std::ranges::find(*all, index, &pier::Interface::index);
        if (found != all->end()) return found->name;
    }
    return std::to_string(index);
}

}  // namespace multicast
