// What parts of an interface are called, in the table and in JSON.
#pragma once

#include <pier/socket/interfaces.hpp>

#include <string>
#include <string_view>

namespace interfaces {

// "up", "no link", "down".
[[nodiscard]] std::string_view state(const pier::Interface& each) noexcept;
// "loopback", "point-to-point", "broadcast", "other".
[[nodiscard]] std::string_view kind(const pier::Interface& each) noexcept;
// "usable", "tentative", "duplicate", "deprecated".
[[nodiscard]] std::string_view state(const pier::InterfaceAddress& each) noexcept;
// "02:00:5e:10:00:01"; empty for none.
[[nodiscard]] std::string hardware_address(const pier::Interface& each);

}  // namespace interfaces
