#include <pier/packet/mac_address.hpp>

namespace pier::packet {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

// 16 for what is no digit.
constexpr unsigned digit_value(char c) noexcept {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
    return 16;
}

}  // namespace

TextResult<MacAddress> MacAddress::parse(std::string_view text) {
    if (text.empty()) return text_error(text, 0, "there is no MAC address");
    const bool dots = text.size() > 4 && text[4] == '.';
    const std::size_t group = dots ? 4 : 2;
    const char separator = dots ? '.' : text.size() > 2 && text[2] == '-' ? '-' : ':';
    Octets octets{};
    std::size_t at = 0;
    for (std::size_t digit = 0; digit < 12; ++digit, ++at) {
        if (digit > 0 && digit % group == 0) {
            if (at == text.size()) return text_error(text, at, "a MAC address has six octets, as in 00:00:5e:00:53:01");
            if (text[at] != separator) return text_error(text, at, "a separator is missing, or is not the one before");
            ++at;
        }
        if (at == text.size()) return text_error(text, at, "a hexadecimal digit is missing");
        const unsigned value = digit_value(text[at]);
        if (value > 15) return text_error(text, at, "what stands there is no hexadecimal digit");
        octets[digit / 2] = static_cast<std::uint8_t>(octets[digit / 2] * 16U + value);
    }
    if (at != text.size()) return text_error(text, at, "there is more than the six octets of a MAC address");
    return MacAddress(octets);
}

std::string MacAddress::to_string() const {
    std::string text;
    for (const std::uint8_t octet : octets_) {
        if (!text.empty()) text += ':';
        text += digits[octet >> 4];
        text += digits[octet & 15];
    }
    return text;
}

}  // namespace pier::packet
