#include "table.hpp"

#include <pier/address/forms.hpp>
#include <pier/address/ranges.hpp>

#include <string_view>

namespace netcalc {
namespace {

using pier::Address;
using pier::Answer;
using pier::Prefix;

constexpr std::size_t column = 18;  // of the values, behind "multicast scope"

void row(std::string& text, std::string_view name, std::string_view value) {
    text.append("  ").append(name);
    text.append(name.size() + 2 < column ? column - name.size() - 2 : 1, ' ');
    text.append(value).append("\n");
}

std::string in_memory(const Address& address) {
    std::string text;
    const std::string digits = pier::hexadecimal(address).substr(2);
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        if (i > 0) text += ' ';
        text += digits.substr(i, 2);
    }
    return text;
}

// The number that a machine reads there, in both ways to write it.
std::string read_as(const std::string& hexadecimal, pier::U128 number) {
    return hexadecimal + " = " + pier::to_string(number);
}

std::string answers(const pier::SpecialRange& range) {
    struct Column {
        std::string_view name;
        Answer answer;
    };
    std::string text;
    for (const Column& each :
         {Column{"source", range.as_source}, Column{"destination", range.as_destination},
          Column{"forwardable", range.forwardable}, Column{"globally reachable", range.globally_reachable},
          Column{"reserved by protocol", range.reserved_by_protocol}}) {
        if (each.answer == Answer::not_said) continue;
        if (!text.empty()) text += ", ";
        text.append(each.name).append(each.answer == Answer::yes ? ": yes" : ": no");
    }
    return text;
}

void append_ranges(std::string& text, const Address& address) {
    const auto ranges = pier::special_ranges_of(address);
    if (ranges.empty()) row(text, "range", "none that is special");
    for (const pier::SpecialRange* range : ranges) {
        std::string value(range->name);
        value.append(" (").append(range->prefix.to_string()).append(", ").append(range->source).append(")");
        row(text, "range", value);
        if (const std::string more = answers(*range); !more.empty()) row(text, "", more);
    }
    if (const auto scope = pier::multicast_scope(address)) row(text, "multicast scope", *scope);
    for (const pier::EmbeddedAddress& each : pier::embedded_addresses(address)) {
        row(text, each.role, each.address.to_string());
    }
}

void append_address(std::string& text, const Address& address) {
    row(text, "address", address.to_string());
    row(text, "number", pier::to_string(address.number()));
    row(text, "hexadecimal", pier::hexadecimal(address));
    row(text, "binary", pier::binary(address));
    row(text, "in memory", in_memory(address));
    row(text, "big-endian", read_as(pier::hexadecimal(address), address.number()));
    row(text, "little-endian", read_as(pier::hexadecimal(pier::swapped(address)), pier::swapped(address).number()));
    row(text, "reverse name", pier::reverse_name(address));
    if (const auto of = pier::class_of(address)) row(text, "class", std::string(1, of->letter));
    append_ranges(text, address);
}

void append_prefix(std::string& text, const Prefix& prefix) {
    row(text, "prefix", prefix.to_string());
    row(text, "network", prefix.network().to_string());
    row(text, "mask", prefix.mask().to_string());
    row(text, "wildcard", prefix.wildcard().to_string());
    if (const auto broadcast = prefix.broadcast()) row(text, "broadcast", broadcast->to_string());
    row(text, "first host", prefix.hosts().first.to_string());
    row(text, "last host", prefix.hosts().last.to_string());
    row(text, "hosts", pier::to_string(prefix.host_count()));
    row(text, "addresses", prefix.address_count());
    if (const auto zone = pier::reverse_zone(prefix)) row(text, "reverse zone", *zone);
}

}  // namespace

std::string table(const Subject& subject) {
    std::string text = subject.address.to_string();
    if (subject.prefix) text.append("/").append(std::to_string(subject.prefix->length()));
    text.append("\n");
    append_address(text, subject.address);
    if (subject.prefix) append_prefix(text, *subject.prefix);
    return text;
}

}  // namespace netcalc
