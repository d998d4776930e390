#include <pier/endpoint.hpp>

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

std::optional<Endpoint::V4> parse_v4(std::string_view text) noexcept {
    Endpoint::V4 bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bool last = i + 1 == bytes.size();
        std::size_t dot = text.find('.');
        if (last != (dot == std::string_view::npos)) return std::nullopt;
        auto value = number(text.substr(0, dot), 255);
        if (!value) return std::nullopt;
        bytes[i] = static_cast<std::uint8_t>(*value);
        if (!last) text.remove_prefix(dot + 1);
    }
    return bytes;
}

struct Groups {
    std::uint16_t values[8] = {};
    std::size_t count = 0;

    bool push(std::uint32_t value) noexcept {
        if (count == 8) return false;
        values[count++] = static_cast<std::uint16_t>(value);
        return true;
    }
};

// Groups of hexadecimal digits between colons; the address's last 32 bits may be a dotted quad. Empty text is no
// groups.
bool parse_groups(std::string_view text, Groups& groups, bool ends_address) noexcept {
    while (!text.empty()) {
        std::size_t colon = text.find(':');
        std::string_view group = text.substr(0, colon);
        if (ends_address && colon == std::string_view::npos && group.find('.') != std::string_view::npos) {
            auto quad = parse_v4(group);
            if (!quad) return false;
            auto pair = [&](std::size_t i) { return static_cast<std::uint32_t>((*quad)[i] << 8 | (*quad)[i + 1]); };
            return groups.push(pair(0)) && groups.push(pair(2));
        }
        if (group.empty() || group.size() > 4) return false;
        std::uint32_t value = 0;
        auto [stopped, failure] = std::from_chars(group.data(), group.data() + group.size(), value, 16);
        if (failure != std::errc{} || stopped != group.data() + group.size()) return false;
        if (!groups.push(value)) return false;
        if (colon == std::string_view::npos) return true;
        text.remove_prefix(colon + 1);
        if (text.empty()) return false;  // a colon at the end
    }
    return true;
}

std::optional<Endpoint::V6> parse_v6(std::string_view text) noexcept {
    Groups head;
    Groups tail;
    std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        if (!parse_groups(text, head, true) || head.count != 8) return std::nullopt;
    } else {
        if (!parse_groups(text.substr(0, gap), head, false)) return std::nullopt;
        if (!parse_groups(text.substr(gap + 2), tail, true)) return std::nullopt;
        if (head.count + tail.count > 7) return std::nullopt;
        for (std::string_view part : {text.substr(0, gap), text.substr(gap + 2)}) {
            if (part.substr(0, 1) == ":") return std::nullopt;
        }
    }
    Endpoint::V6 bytes{};
    auto put = [&](std::size_t group, std::uint16_t value) {
        bytes[2 * group] = static_cast<std::uint8_t>(value >> 8);
        bytes[2 * group + 1] = static_cast<std::uint8_t>(value & 0xff);
    };
    for (std::size_t i = 0; i < head.count; ++i) put(i, head.values[i]);
    for (std::size_t i = 0; i < tail.count; ++i) put(8 - tail.count + i, tail.values[i]);
    return bytes;
}

// Unicast fe80::/10, and multicast of the scopes interface and link: what is told apart by a zone.
bool is_link_local(const Endpoint::V6& bytes) noexcept {
    if (bytes[0] == 0xfe) return (bytes[1] & 0xc0) == 0x80;
    const unsigned scope = bytes[1] & 0xfu;
    return bytes[0] == 0xff && (scope == 1 || scope == 2);
}

std::string hex(std::uint32_t value) {
    char digits[8];
    auto [end, failure] = std::to_chars(digits, digits + sizeof digits, value, 16);
    (void)failure;
    return {digits, end};
}

std::string dotted(const std::uint8_t* bytes) {
    std::string text;
    for (std::size_t i = 0; i < 4; ++i) {
        if (i != 0) text += '.';
        text += std::to_string(bytes[i]);
    }
    return text;
}

// RFC 5952: lower case, the longest run of two or more zero groups (the first of equals) as "::", mapped IPv4 dotted.
std::string format_v6(const Endpoint::V6& bytes) {
    std::uint32_t groups[8];
    for (std::size_t i = 0; i < 8; ++i) groups[i] = static_cast<std::uint32_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    std::size_t gap = 8;
    std::size_t gap_length = 1;
    for (std::size_t i = 0; i < 8;) {
        std::size_t end = i;
        while (end < 8 && groups[end] == 0) ++end;
        if (end - i > gap_length) {
            gap = i;
            gap_length = end - i;
        }
        i = end + 1;
    }
    if (gap == 0 && gap_length == 5 && groups[5] == 0xffff) return "::ffff:" + dotted(&bytes[12]);
    std::string text;
    for (std::size_t i = 0; i < 8; ++i) {
        if (i == gap) {
            text += "::";
            i += gap_length - 1;
            continue;
        }
        if (!text.empty() && text.back() != ':') text += ':';
        text += hex(groups[i]);
    }
    return text;
}

}  // namespace

Result<Endpoint> Endpoint::parse_address(std::string_view text, std::uint16_t port) {
    if (auto quad = parse_v4(text)) return v4(*quad, port);
    std::size_t percent = text.find('%');
    auto bytes = parse_v6(text.substr(0, percent));
    if (!bytes) return fail(Errc::bad_address_text);
    std::uint32_t scope = 0;
    if (percent != std::string_view::npos) {
        std::string_view zone = text.substr(percent + 1);
        if (zone.empty()) return fail(Errc::bad_address_text);
        // Systems drop it without a word, or refuse the bind in words of their own.
        if (!is_link_local(*bytes)) return fail(Errc::misplaced_zone);
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
            return dotted(bytes_.data());
        case Family::ipv6: {
            std::string text = format_v6(bytes_);
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
