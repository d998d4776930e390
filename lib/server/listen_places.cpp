#include "listen_places.hpp"

#include <pier/cli/place.hpp>
#include <pier/cli/program.hpp>
#include <pier/sys/socket.hpp>

namespace pier {
namespace {

constexpr std::string_view anywhere = "*:";

bool has_ipv6() {
    const auto opened = sys::open(Family::ipv6, spi::SocketKind::stream);
    if (opened) sys::close(*opened);
    return opened.has_value();
}

// The port behind "*:" may be a service's name, so it is looked up with an address that needs no look-up.
std::vector<Endpoint> any_address(const Endpoint& with_port) {
    std::vector<Endpoint> both{Endpoint::any(Family::ipv4, with_port.port())};
    if (has_ipv6()) both.push_back(Endpoint::any(Family::ipv6, with_port.port()));
    return both;
}

}  // namespace

std::optional<std::vector<Endpoint>> find_listen_places(std::string_view program,
                                                        const std::vector<std::string>& texts) {
    std::vector<Endpoint> endpoints;
    for (const std::string& text : texts) {
        const bool is_any = text.starts_with(anywhere);
        const auto place = Place::parse(is_any ? "0.0.0.0:" + text.substr(anywhere.size()) : text);
        if (!place) {
            say(program, is_any ? "\"" + text + "\": behind the colon there is no port" : place.error());
            return std::nullopt;
        }
        auto found = place->resolve_now();
        if (!found) {
            complain(program, "listening at \"" + text + "\"", found.error());
            return std::nullopt;
        }
        if (is_any) found = any_address(found->front());
        endpoints.insert(endpoints.end(), found->begin(), found->end());
    }
    return endpoints;
}

}  // namespace pier
