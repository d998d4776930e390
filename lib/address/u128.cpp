#include <pier/address/u128.hpp>

#include <algorithm>
#include <vector>

namespace pier {
namespace {

// The least significant digit first.
using Digits = std::vector<std::uint32_t>;

std::string text_of(const Digits& digits) {
    std::string text;
    for (const std::uint32_t digit : digits) text += static_cast<char>('0' + digit);
    std::ranges::reverse(text);
    return text;
}

// Twice the number, and one more where `carry` is 1.
void twice(Digits& digits, std::uint32_t carry) {
    for (std::uint32_t& digit : digits) {
        const std::uint32_t sum = 2 * digit + carry;
        digit = sum % 10;
        carry = sum / 10;
    }
    if (carry != 0) digits.push_back(carry);
}

}  // namespace

std::string to_string(U128 number) {
    if (number.high == 0) return std::to_string(number.low);
    Digits digits{0};
    for (unsigned i = 0; i < 128; ++i) twice(digits, (number >> (127 - i)).low & 1);
    return text_of(digits);
}

std::string power_of_two_text(unsigned exponent) {
    Digits digits{1};
    for (unsigned i = 0; i < exponent; ++i) twice(digits, 0);
    return text_of(digits);
}

}  // namespace pier
