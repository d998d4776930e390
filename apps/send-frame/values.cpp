#include "values.hpp"

namespace send_frame {
namespace {

std::optional<unsigned> digit(char c) {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
    return std::nullopt;
}

bool may_separate(char c) { return std::string_view(":-. \t\r\n").find(c) != std::string_view::npos; }

}  // namespace

Fault read_number(std::string_view text, std::uint64_t& into, std::uint64_t most) {
    const bool is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    const std::string_view digits = is_hexadecimal ? text.substr(2) : text;
    std::uint64_t number = 0;
    const auto [end, fault] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, is_hexadecimal ? 16 : 10);
    if (fault != std::errc{} || end != digits.data() + digits.size() || number > most) {
        return "is not a number from 0 to " + std::to_string(most);
    }
    into = number;
    return {};
}

Fault read(std::string_view text, bool& into) {
    if (text != "1" && text != "0" && text != "yes" && text != "no") return "is neither 1 nor 0";
    into = text == "1" || text == "yes";
    return {};
}

Fault read(std::string_view text, pier::packet::MacAddress& into) {
    const auto mac = pier::packet::MacAddress::parse(text);
    if (!mac) return "is not a MAC address";
    into = *mac;
    return {};
}

Fault read(std::string_view text, std::optional<pier::packet::MacAddress>& into) {
    pier::packet::MacAddress mac;
    Fault fault = read(text, mac);
    if (fault.empty()) into = mac;
    return fault;
}

Fault read_v4(std::string_view text, pier::Address& into) {
    const auto address = pier::Address::parse(text);
    if (!address || !address->is_v4()) return "is not an address of IPv4";
    into = *address;
    return {};
}

Fault read_v6(std::string_view text, pier::Address& into) {
    const auto address = pier::Address::parse(text);
    if (!address || !address->is_v6()) return "is not an address of IPv6";
    into = address->without_scope();
    return {};
}

Fault read(std::string_view text, ByteVector& into) {
    ByteVector bytes;
    std::optional<unsigned> half;
    for (const char c : text) {
        if (may_separate(c) && !half) continue;
        const auto value = digit(c);
        if (!value) return "is not hexadecimal digits in pairs";
        if (half) bytes.push_back(static_cast<std::byte>(*half << 4U | *value));
        half = half ? std::nullopt : value;
    }
    if (half) return "has half a byte at its end";
    into = std::move(bytes);
    return {};
}

}  // namespace send_frame
