#include <pier/cli/interface_name.hpp>

#include <pier/cli/program.hpp>

#include <algorithm>
#include <charconv>

namespace pier {
namespace {

// Nothing for what is no number.
std::optional<std::uint32_t> index_of(std::string_view word) {
    std::uint32_t index = 0;
    const auto [end, fault] = std::from_chars(word.data(), word.data() + word.size(), index);
    if (fault != std::errc{} || end != word.data() + word.size()) return std::nullopt;
    return index;
}

}  // namespace

std::string interface_names(const std::vector<Interface>& all) {
    std::string names;
    for (const Interface& each : all) names.append(names.empty() ? "" : ", ").append(each.name);
    return names.empty() ? "none" : names;
}

std::expected<Interface, std::string> find_interface(const std::vector<Interface>& all, std::string_view word) {
    auto found = std::ranges::find(all, word, &Interface::name);
    if (found == all.end()) found = std::ranges::find(all, word, &Interface::system_name);
    // A name may be all digits on Linux, so an index comes last.
    if (const auto index = index_of(word); found == all.end() && index) {
        found = std::ranges::find(all, *index, &Interface::index);
    }
    if (found != all.end() && !word.empty()) return *found;
    return std::unexpected("there is no interface \"" + std::string(word) + "\"; there are: " + interface_names(all));
}

std::expected<Interface, std::string> first_interface(const std::vector<Interface>& all) {
    const auto found = std::ranges::find_if(all, [](const Interface& each) {
        const bool has_v4 = std::ranges::any_of(
            each.addresses, [](const InterfaceAddress& one) { return one.address.family() == Family::ipv4; });
        return each.up && each.running && !each.loopback && !each.hardware_address.empty() && has_v4;
    });
    if (found != all.end()) return *found;
    return std::unexpected("no interface is up with an address of IPv4; name one with --interface; there are: " +
                           interface_names(all));
}

std::optional<Interface> choose_interface(std::string_view program, const std::optional<std::string>& word) {
    const auto all = interfaces();
    if (!all) {
        say(program, "listing the interfaces: " + describe(all.error()));
        return std::nullopt;
    }
    auto found = word ? find_interface(*all, *word) : first_interface(*all);
    if (found) return std::move(*found);
    say(program, found.error());
    return std::nullopt;
}

}  // namespace pier
