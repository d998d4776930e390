#include <pier/endpoint.hpp>

#include <pier/detail/address_text.hpp>
#include <pier/sys/interface.hpp>

#include <charconv>
#include <optional>

namespace pier {
namespace {

// Decimal, without sign and leading zeros ("0" itself is fine).
std::optional<std::uint32_t> number(std::string_view text, std::uint32_t most) noexcept {
    if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint32_t value = 0;
    const char* end = text.data() + text.size();
    auto [stopped, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc{} || stopped != end || value > most) return std::nullopt;
    return value;
}

}  // namespace

Result<Endpoint> Endpoint::parse_address(std::string_view text, std::uint16_t port) {
    if (auto quad = detail::parse_v4(text)) return v4(*quad, port);
    std::size_t percent = text.find('%');
    auto bytes = detail::parse_v6(text.substr(0, percent));
    if (!bytes) return fail(Errc::bad_address_text);
    std::uint32_t scope = 0;
    if (percent != std::string_view::npos) {
        std::string_view zone = text.substr(percent + 1);
        if (zone.empty()) return fail(Errc::bad_address_text);
        // Systems drop it without a word, or refuse the bind in words of their own.
        if (!detail::takes_zone(*bytes)) return fail(Errc::misplaced_zone);
        auto index = number(zone, UINT32_MAX);
        scope = index ? (sys::interface_exists(*index) ? *index : 0) : sys::interface_index(zone);
        if (scope == 0) return fail(Errc::no_such_interface);
    }
    return v6(*bytes, port, scope);
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
    constexpr std::string_view unix_prefix = "unix:";
    if (text.starts_with(unix_prefix)) return parse_unix(text.substr(unix_prefix.size()));
    std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return fail(Errc::bad_address_text);
    auto port = number(text.substr(colon + 1), 65535);
    if (!port) return fail(Errc::bad_address_text);
    std::string_view address = text.substr(0, colon);
    bool brackets = address.size() >= 2 && address.front() == '[' && address.back() == ']';
    if (brackets) address = address.substr(1, address.size() - 2);
    // A bare IPv6 address would leave it open where the port begins.
    if (brackets != (address.find(':') != std::string_view::npos)) return fail(Errc::bad_address_text);
    return parse_address(address, static_cast<std::uint16_t>(*port));
}

std::string Endpoint::address_string() const {
    switch (family_) {
        case Family::ipv4:
            return detail::format_v4(bytes_.data());
        case Family::ipv6: {
            std::string text = detail::format_v6(bytes_, detail::DottedQuads::of_mapped);
            if (scope_ != 0) text.append(1, '%').append(std::to_string(scope_));
            return text;
        }
        case Family::unix_domain:
            return unix_string();
        case Family::unspecified:
            break;
    }
    return "unspecified";
}

std::string Endpoint::to_string() const {
    if (family_ == Family::unspecified || is_unix()) return address_string();
    std::string address = address_string();
    return (family_ == Family::ipv6 ? "[" + address + "]" : address) + ":" + std::to_string(port_);
}

}  // namespace pier
