#include <pier/address/forms.hpp>

#include <string_view>

namespace pier {
namespace {

constexpr std::string_view digits_of_16 = "0123456789abcdef";

void append_byte(std::string& text, std::uint8_t byte) {
    text += digits_of_16[byte >> 4];
    text += digits_of_16[byte & 0xf];
}

// The labels of the first `bits` bits, the last one first.
std::string reverse_labels(const Address& address, unsigned bits) {
    std::string text;
    const auto bytes = address.bytes();
    if (address.is_v4()) {
        for (std::size_t i = bits / 8; i-- > 0;) text.append(std::to_string(bytes[i])).append(".");
        return text.append("in-addr.arpa");
    }
    for (std::size_t i = bits / 4; i-- > 0;) {
        text += digits_of_16[i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 0xf];
        text += '.';
    }
    return text.append("ip6.arpa");
}

}  // namespace

std::string hexadecimal(const Address& address) {
    std::string text("0x");
    for (const std::uint8_t byte : address.bytes()) append_byte(text, byte);
    return text;
}

Address swapped(const Address& address) noexcept {
    const auto bytes = address.bytes();
    U128 number;
    for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8 | bytes[i];
    return Address::from_number(address.family(), number);
}

std::string binary(const Address& address) {
    std::string text;
    const auto bytes = address.bytes();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i > 0 && address.is_v4()) text += '.';
        if (i > 0 && address.is_v6() && i % 2 == 0) text += ':';
        for (unsigned bit = 8; bit-- > 0;) text += (bytes[i] >> bit & 1) != 0 ? '1' : '0';
    }
    return text;
}

std::string reverse_name(const Address& address) { return reverse_labels(address, address.bits()); }

std::optional<std::string> reverse_zone(const Prefix& prefix) {
    if (prefix.length() % (prefix.is_v4() ? 8 : 4) != 0) return std::nullopt;
    return reverse_labels(prefix.network(), prefix.length());
}

}  // namespace pier
