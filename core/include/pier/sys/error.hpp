// What the system's error numbers mean to people.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/result.hpp>

#include <string_view>

namespace pier::sys {

// What the system's headers call its number ("ECONNREFUSED", "WSAECONNREFUSED"); empty where it has no name here.
// Static storage.
[[nodiscard]] std::string_view name(const Error& error) noexcept;

// What a number of the system may mean besides the condition that it became, for people: continues a sentence, and is
// empty where there is nothing to say. Static storage.
[[nodiscard]] std::string_view remark(const Error& error) noexcept;

// What a user of this system can do about the error: continues a sentence, and is empty where that is not known. Static
// storage.
[[nodiscard]] std::string_view advice(const Error& error) noexcept;

}  // namespace pier::sys
