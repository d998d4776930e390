// Network interfaces by name and by index.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <cstdint>
#include <string_view>

namespace pier::sys {

// The index of a network interface by name, 0 where there is none.
[[nodiscard]] std::uint32_t interface_index(std::string_view name);
// Whether there is an interface of that index. True also when the system can't answer (no descriptor is left).
[[nodiscard]] bool interface_exists(std::uint32_t index) noexcept;

}  // namespace pier::sys
