// Values of fields, as text. No I/O; any thread.
#pragma once

#include "layers.hpp"

#include <charconv>
#include <concepts>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace send_frame {

// Each reads the whole text into the variable, and gives an empty string, or what is wrong with the text ("is not a
// number from 0 to 255"); then the variable is as it was.
using Fault = std::string;

// Decimal, or hexadecimal behind "0x"; at most `most`.
[[nodiscard]] Fault read_number(std::string_view text, std::uint64_t& into, std::uint64_t most);

template <std::unsigned_integral Number>
[[nodiscard]] Fault read(std::string_view text, Number& into, Number most = std::numeric_limits<Number>::max()) {
    std::uint64_t number = 0;
    Fault fault = read_number(text, number, most);
    if (fault.empty()) into = static_cast<Number>(number);
    return fault;
}

template <std::unsigned_integral Number>
[[nodiscard]] Fault read(std::string_view text, std::optional<Number>& into) {
    Number number = 0;
    Fault fault = read(text, number);
    if (fault.empty()) into = number;
    return fault;
}

// "1", "0", "yes", "no".
[[nodiscard]] Fault read(std::string_view text, bool& into);
[[nodiscard]] Fault read(std::string_view text, pier::packet::MacAddress& into);
[[nodiscard]] Fault read(std::string_view text, std::optional<pier::packet::MacAddress>& into);
[[nodiscard]] Fault read_v4(std::string_view text, pier::Address& into);
[[nodiscard]] Fault read_v6(std::string_view text, pier::Address& into);
// Hexadecimal digits in pairs; colons, hyphens, dots and white space may stand between two bytes.
[[nodiscard]] Fault read(std::string_view text, ByteVector& into);

}  // namespace send_frame
