#include "json.hpp"

#include "program.hpp"
#include "words.hpp"

#include <pier/cli/printable.hpp>

#include <nlohmann/json.hpp>

namespace interfaces {
namespace {

using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

// Without the zone, which is a member of its own.
std::string plain(const pier::Endpoint& address) {
    if (address.family() != pier::Family::ipv6) return address.address_string();
    return pier::Endpoint::v6(address.v6_bytes(), 0).address_string();
}

Json address_or_null(const pier::Endpoint& address) {
    return address.family() == pier::Family::unspecified ? Json(nullptr) : Json(plain(address));
}

Json of(const pier::InterfaceAddress& each) {
    const std::uint32_t zone = each.address.scope();
    return {{"family", each.address.family() == pier::Family::ipv4 ? "ipv4" : "ipv6"},
            {"address", plain(each.address)},
            {"prefix_length", each.prefix_length},
            {"zone", zone == 0 ? Json(nullptr) : Json(zone)},
            {"broadcast", address_or_null(each.broadcast)},
            {"peer", address_or_null(each.peer)},
            {"state", state(each)}};
}

Json of(const pier::Interface& each) {
    Json addresses = Json::array();
    for (const pier::InterfaceAddress& address : each.addresses) addresses.push_back(of(address));
    return {{"name", pier::printable(each.name)},
            {"system_name", pier::printable(each.system_name)},
            {"index", each.index},
            {"hardware_address", text_or_null(hardware_address(each))},
            {"mtu", each.mtu},
            {"up", each.up},
            {"running", each.running},
            {"loopback", each.loopback},
            {"point_to_point", each.point_to_point},
            {"broadcast", each.broadcast},
            {"multicast", each.multicast},
            {"addresses", std::move(addresses)}};
}

}  // namespace

std::string json(const std::vector<pier::Interface>& shown) {
    Json all{{"program", program}, {"interfaces", Json::array()}};
    for (const pier::Interface& each : shown) all["interfaces"].push_back(of(each));
    return all.dump(2) + "\n";
}

}  // namespace interfaces
