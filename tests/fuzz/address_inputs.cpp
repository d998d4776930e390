#include "address_inputs.hpp"

#include <cstdio>

namespace fuzz {
namespace {

using namespace std::string_view_literals;
using pier::Address;

constexpr std::size_t longest = 80;

std::uint8_t byte(Random& random) { return static_cast<std::uint8_t>(random.next() & 0xff); }

std::string printed(const char* how, unsigned value) {
    char text[32];
    std::snprintf(text, sizeof text, how, value);
    return text;
}

// A number of the historical forms.
std::string number(Random& random, unsigned value) {
    switch (random.below(6)) {
        case 0:
            return printed("0x%x", value);
        case 1:
            return printed("0%o", value);
        case 2:
            return printed("0X%04X", value);
        default:
            return printed("%u", value);
    }
}

std::string historical(Random& random) {
    const std::size_t count = 1 + random.below(4);
    std::string text;
    for (std::size_t i = 0; i + 1 < count; ++i) text.append(number(random, byte(random))).append(".");
    const unsigned bits = static_cast<unsigned>(8 * (5 - count)) - static_cast<unsigned>(random.below(8));
    return text.append(number(random, static_cast<unsigned>(random.next() & ((std::uint64_t{1} << bits) - 1))));
}

// Any groups between colons, "::" anywhere or nowhere, and perhaps a dotted quad at the end: most of them are
// addresses.
std::string groups(Random& random) {
    const bool quad = random.one_in(4);
    const std::size_t room = quad ? 6 : 8;
    const bool gap = random.one_in(2);
    const std::size_t count = gap ? random.below(room) : room;
    const std::size_t gap_at = random.below(count + 1);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        if (gap && i == gap_at) text += "::";
        if (!text.empty() && text.back() != ':') text += ':';
        const char* const hows[] = {"%x", "%X", "%04x", "%x"};
        text +=
            printed(hows[random.below(4)], static_cast<unsigned>(random.next() & (random.one_in(3) ? 0xf : 0xffff)));
    }
    if (gap && gap_at == count) text += "::";
    if (!quad) return text;
    if (!text.empty() && text.back() != ':') text += ':';
    return text + Address::from_number(pier::Family::ipv4, random.next()).to_string();
}

std::string from_alphabet(Random& random, std::string_view alphabet) {
    std::string text;
    for (std::size_t size = random.below(24); size > 0; --size) text += alphabet[random.below(alphabet.size())];
    return text;
}

void change(Random& random, std::string& text) {
    constexpr std::string_view characters = "0123456789abcdefABCDEF:.%/xX[]g -+\0\xff"sv;
    const std::size_t at = random.below(text.size() + 1);
    const char character = characters[random.below(characters.size())];
    switch (random.below(4)) {
        case 0:
            text.insert(at, 1, character);
            break;
        case 1:
            if (at < text.size()) text.erase(at, 1);
            break;
        case 2:
            if (at < text.size()) text[at] = character;
            break;
        default:  // a part once more
            text.insert(at, text.substr(random.below(text.size() + 1), random.below(6)));
            break;
    }
}

}  // namespace

Address make_address(Random& random) {
    if (random.one_in(3)) return Address::from_number(pier::Family::ipv4, random.next());
    Address::V6 bytes{};
    for (std::uint8_t& each : bytes) each = byte(random);
    const std::uint64_t zeros = random.next();
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        // Groups of zeros, and bytes of zeros inside of groups.
        const bool group = (zeros >> (i / 2) & 1) != 0;
        const bool one = (zeros >> (8 + i) & 7) == 0;
        if (group || one) bytes[i] = 0;
    }
    if (random.one_in(8)) {
        for (std::size_t i = 0; i < 12; ++i) bytes[i] = 0;
        if (random.one_in(2)) bytes[10] = bytes[11] = 0xff;
    }
    return Address::v6(bytes);
}

std::string make_text(Random& random) {
    std::string text;
    switch (random.below(8)) {
        case 0:
            text = historical(random);
            break;
        case 1:
        case 2:
            text = groups(random);
            break;
        case 3:
            text = from_alphabet(random, "01:.");
            break;
        case 4:
            text = from_alphabet(random, "0127895.x");
            break;
        case 5:
            for (std::size_t size = random.below(12); size > 0; --size) text += static_cast<char>(byte(random));
            break;
        default:
            text = make_address(random).to_string();
            break;
    }
    if (random.one_in(4)) text.append("/").append(std::to_string(random.below(140)));
    if (random.one_in(8)) text.append(random.one_in(2) ? "%" : "").append(std::to_string(random.below(5)));
    if (random.one_in(8)) text = "[" + text + "]:" + std::to_string(random.below(70000));
    if (random.one_in(8)) text.append(":").append(std::to_string(random.below(70000)));
    if (random.one_in(32)) text.insert(0, random.one_in(2) ? "unix:" : "unix:@");
    for (std::size_t changes = random.below(3); changes > 0; --changes) change(random, text);
    if (text.size() > longest) text.resize(longest);
    return text;
}

}  // namespace fuzz
