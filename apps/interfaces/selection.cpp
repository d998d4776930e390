#include "selection.hpp"

#include <algorithm>

namespace interfaces {
namespace {

// On Windows both names are in use: "Ethernet" of its windows, "ethernet_32769" of its functions.
bool has_name(const pier::Interface& each, const std::string& name) {
    return !name.empty() && (each.name == name || each.system_name == name);
}

bool is_named(const pier::Interface& each, const std::vector<std::string>& names) {
    return names.empty() || std::ranges::any_of(names, [&](const std::string& name) { return has_name(each, name); });
}

}  // namespace

Selection select(std::vector<pier::Interface> all, const Options& options) {
    Selection selection;
    for (const std::string& name : options.names) {
        const bool known = std::ranges::any_of(all, [&](const pier::Interface& each) { return has_name(each, name); });
        if (!known) selection.unknown.push_back(name);
    }
    for (pier::Interface& each : all) {
        if (!is_named(each, options.names) || (options.up && !each.up)) continue;
        if (options.family != pier::Family::unspecified) {
            std::erase_if(each.addresses, [&](const pier::InterfaceAddress& address) {
                return address.address.family() != options.family;
            });
            if (each.addresses.empty()) continue;
        }
        selection.shown.push_back(std::move(each));
    }
    return selection;
}

}  // namespace interfaces
