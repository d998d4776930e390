#include "json.hpp"

#include <pier/address/forms.hpp>
#include <pier/address/ranges.hpp>
#include <pier/cli/printable.hpp>

namespace netcalc {
namespace {

using Json = nlohmann::ordered_json;
using pier::Address;
using pier::Answer;

Json of(Answer answer) { return answer == Answer::not_said ? Json(nullptr) : Json(answer == Answer::yes); }

Json of(const pier::SpecialRange& range) {
    return {{"prefix", range.prefix.to_string()},
            {"name", range.name},
            {"rfc", range.source},
            {"source", of(range.as_source)},
            {"destination", of(range.as_destination)},
            {"forwardable", of(range.forwardable)},
            {"globally_reachable", of(range.globally_reachable)},
            {"reserved_by_protocol", of(range.reserved_by_protocol)}};
}

Json of(const pier::Prefix& prefix) {
    const auto broadcast = prefix.broadcast();
    const auto zone = pier::reverse_zone(prefix);
    return {{"prefix", prefix.to_string()},
            {"length", prefix.length()},
            {"network", prefix.network().to_string()},
            {"mask", prefix.mask().to_string()},
            {"wildcard", prefix.wildcard().to_string()},
            {"broadcast", broadcast ? Json(broadcast->to_string()) : Json(nullptr)},
            {"first_host", prefix.hosts().first.to_string()},
            {"last_host", prefix.hosts().last.to_string()},
            {"hosts", pier::to_string(prefix.host_count())},
            {"addresses", prefix.address_count()},
            {"reverse_zone", zone ? Json(*zone) : Json(nullptr)}};
}

}  // namespace

Json json(std::string_view word, const Subject& subject) {
    const Address& address = subject.address;
    Json result{{"text", pier::printable(word)},
                {"family", address.is_v4() ? "ipv4" : "ipv6"},
                {"address", address.to_string()},
                {"number", pier::to_string(address.number())},
                {"hexadecimal", pier::hexadecimal(address)},
                {"binary", pier::binary(address)},
                {"bytes", Json(std::vector<unsigned>(address.bytes().begin(), address.bytes().end()))},
                {"little_endian", pier::hexadecimal(pier::swapped(address))},
                {"little_endian_number", pier::to_string(pier::swapped(address).number())},
                {"reverse_name", pier::reverse_name(address)}};
    if (address.scope() != 0) result["zone"] = address.scope();
    if (const auto of_old = pier::class_of(address)) result["class"] = std::string(1, of_old->letter);
    Json& ranges = result["ranges"] = Json::array();
    for (const pier::SpecialRange* range : pier::special_ranges_of(address)) ranges.push_back(of(*range));
    if (const auto scope = pier::multicast_scope(address)) result["multicast_scope"] = *scope;
    Json& embedded = result["embedded"] = Json::array();
    for (const pier::EmbeddedAddress& each : pier::embedded_addresses(address)) {
        embedded.push_back({{"role", each.role}, {"address", each.address.to_string()}});
    }
    if (subject.prefix) result["prefix"] = of(*subject.prefix);
    return result;
}

}  // namespace netcalc
