#include <pier/address/address.hpp>

#include "number.hpp"

#include <pier/detail/address_text.hpp>

#include <utility>

namespace pier {
namespace {

using detail::AddressTextError;
using detail::AddressTextFault;

// The characters from there on that belong together: a number, a group, or one character that is neither.
std::string part_at(std::string_view text, std::size_t at) {
    constexpr std::size_t most = 16;
    std::size_t end = at;
    while (end < text.size() && end - at < most && detail::hex_digit(text[end]) < 16) ++end;
    if (end == at && at < text.size()) ++end;
    return "\"" + std::string(text.substr(at, end - at)) + "\"";
}

std::string what_is_wrong(std::string_view text, const AddressTextError& error) {
    switch (error.fault) {
        case AddressTextFault::empty:
            return "there is no address";
        case AddressTextFault::bad_character:
            return part_at(text, error.at) + " does not belong there";
        case AddressTextFault::number_missing:
            return "a number is missing";
        case AddressTextFault::leading_zero:
            return part_at(text, error.at) + " has a leading zero, which some systems would read as octal";
        case AddressTextFault::number_too_large:
            return part_at(text, error.at) + " is more than 255";
        case AddressTextFault::too_few_numbers:
            return "IPv4 has four numbers, as in 192.0.2.1";
        case AddressTextFault::too_many_numbers:
            return part_at(text, error.at) + " is a fifth number, and IPv4 has four";
        case AddressTextFault::lone_colon:
            return "a single colon at an end; \"::\" stands for groups of zeros";
        case AddressTextFault::third_colon:
            return "a third colon";
        case AddressTextFault::second_gap:
            return "\"::\" stands there a second time";
        case AddressTextFault::group_too_long:
            return part_at(text, error.at) + " has more than four digits";
        case AddressTextFault::too_few_groups:
            return "IPv6 has eight groups, or \"::\" for those that are zero";
        case AddressTextFault::too_many_groups:
            return part_at(text, error.at) + " is too much, because IPv6 has eight groups";
        case AddressTextFault::gap_of_nothing:
            return "\"::\" stands for no group, because all eight are there";
        case AddressTextFault::quad_not_at_end:
            return "IPv4 inside of IPv6 stands at its end";
    }
    return "no address";
}

std::unexpected<TextError> refuse(std::string_view text, const AddressTextError& error) {
    // A word, not a number that went wrong.
    const bool is_word = error.fault == AddressTextFault::bad_character && error.at == 0;
    if (is_word) return text_error(text, 0, "no address: IPv4 is written as 192.0.2.1, IPv6 as 2001:db8::1");
    std::string what = what_is_wrong(text, error);
    if (error.fault != AddressTextFault::empty)
        what.append(" (at offset ").append(std::to_string(error.at)).append(")");
    return text_error(text, error.at, what);
}

TextResult<Address> parse_v6(std::string_view text) {
    const std::size_t percent = text.find('%');
    const auto bytes = detail::parse_v6(text.substr(0, percent));
    if (!bytes) return refuse(text, bytes.error());
    if (percent == std::string_view::npos) return Address::v6(*bytes);
    if (!detail::takes_zone(*bytes)) return text_error(text, percent, "only a link-local address has a zone");
    const auto scope = detail::decimal(text.substr(percent + 1), UINT32_MAX);
    if (!scope || *scope == 0) {
        return text_error(text, percent + 1, "the zone is the number of an interface, from 1 on");
    }
    return Address::v6(*bytes, *scope);
}

}  // namespace

TextResult<Address> Address::parse(std::string_view text) {
    if (text.find(':') != std::string_view::npos) return parse_v6(text);
    const auto bytes = detail::parse_v4(text);
    if (!bytes) return refuse(text, bytes.error());
    return v4(*bytes);
}

std::string Address::to_string() const {
    if (is_v4()) return detail::format_v4(bytes_.data());
    std::string text = detail::format_v6(bytes_, detail::DottedQuads::of_mapped_and_compatible);
    if (scope_ != 0) text.append(1, '%').append(std::to_string(scope_));
    return text;
}

}  // namespace pier
