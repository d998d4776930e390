#include <pier/address/prefix.hpp>

#include "number.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace pier {
namespace {

const char* name_of(Family family) noexcept { return family == Family::ipv4 ? "IPv4" : "IPv6"; }

TextResult<unsigned> parse_mask(std::string_view text, std::size_t slash) {
    const auto mask = Address::parse(text.substr(slash + 1));
    if (!mask)
        return text_error(text, slash + 1 + mask.error().offset, "behind the slash is neither a length nor a mask");
    const auto bits = static_cast<std::uint32_t>(mask->number().low);
    if (!mask->is_v4()) return text_error(text, slash + 1, "a mask is written as one of IPv4");
    if (std::countl_one(bits) != std::popcount(bits)) {
        return text_error(text, slash + 1, "the mask has ones behind zeros, so it is that of no prefix");
    }
    return static_cast<unsigned>(std::popcount(bits));
}

// Behind the slash of `text`.
TextResult<unsigned> parse_length(std::string_view text, std::size_t slash, const Address& address) {
    const std::string_view digits = text.substr(slash + 1);
    if (digits.empty()) return text_error(text, slash + 1, "the length behind the slash is missing");
    if (address.is_v4() && digits.find('.') != std::string_view::npos) return parse_mask(text, slash);
    const bool all_digits = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (!all_digits) return text_error(text, slash + 1, "the length is no number");
    if (digits.size() > 1 && digits.front() == '0') return text_error(text, slash + 1, "the length has a leading zero");
    if (const auto length = detail::decimal(digits, address.bits())) return *length;
    std::string what("a prefix of ");
    what.append(name_of(address.family())).append(" has at most ").append(std::to_string(address.bits()));
    return text_error(text, slash + 1, what.append(" bits"));
}

}  // namespace

TextResult<AddressInPrefix> AddressInPrefix::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = Address::parse(text.substr(0, slash));
    if (!address) return std::unexpected(address.error());
    if (slash == std::string_view::npos) {
        return text_error(text, text.size(),
                          address->is_v4() ? "the length is missing, as in 10.0.0.0/8"
                                           : "the length is missing, as in 2001:db8::/32");
    }
    const auto length = parse_length(text, slash, *address);
    if (!length) return std::unexpected(length.error());
    return AddressInPrefix{*address, Prefix(*address, *length)};
}

TextResult<Prefix> Prefix::parse(std::string_view text) {
    auto both = AddressInPrefix::parse(text);
    if (!both) return std::unexpected(std::move(both.error()));
    if (both->address.scope() != 0) return text_error(text, text.find('%'), "a prefix has no zone");
    if (both->address != both->prefix.network()) {
        return text_error(text, 0, "bits behind the prefix are set; is " + both->prefix.to_string() + " meant?");
    }
    return both->prefix;
}

std::string Prefix::to_string() const { return network_.to_string().append("/").append(std::to_string(length_)); }

}  // namespace pier
