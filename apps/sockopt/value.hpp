// Values of options as text.
#pragma once

#include <pier/socket/option_table.hpp>

#include <expected>
#include <string>
#include <string_view>

namespace sockopt {

// For people: "on", "60 s", "off", "212992 bytes".
[[nodiscard]] std::string text_of(const pier::option::Entry& entry, const pier::option::Raw& value);

// What can be set: "on or off", "1 to 255", "off, or 0 to 32767 s".
[[nodiscard]] std::string range_of(const pier::option::Entry& entry);

// What somebody has typed behind the "=". Its failure continues a sentence that begins with the text.
[[nodiscard]] std::expected<pier::option::Raw, std::string> parse(const pier::option::Entry& entry,
                                                                  std::string_view text);

// The option of that name. Its failure is a sentence with the name of one that was probably meant, if there is one:
// its name is nearly the same, or the system calls an option so.
[[nodiscard]] std::expected<const pier::option::Entry*, std::string> find(std::string_view name);

}  // namespace sockopt
