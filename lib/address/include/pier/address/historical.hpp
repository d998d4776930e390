// The forms of IPv4 that 4.2BSD read, and that inet_aton(3) reads to this day.
#pragma once

#include <pier/address/address.hpp>
#include <pier/address/text_error.hpp>

#include <string_view>

namespace pier {

// One to four numbers between dots, the last one of which fills the bytes that are left: "127.1" and "0x7f000001" are
// 127.0.0.1, and so is "2130706433". A number that begins with 0x is hexadecimal, one that begins with 0 is octal:
// "010.0.0.1" is 8.0.0.1, which is why no other function here reads this. What inet_aton(3) of the GNU C library takes,
// but for one trap: that one ignores a space and whatever is behind it; here nothing may follow.
[[nodiscard]] TextResult<Address> parse_historical(std::string_view text);

}  // namespace pier
