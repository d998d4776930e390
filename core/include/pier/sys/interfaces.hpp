// All network interfaces, with their addresses.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/socket/interfaces.hpp>

namespace pier::sys {

// Interfaces and addresses in the system's order, each once. Scopes of addresses and hardware addresses are as the
// system has them: core makes them alike everywhere. Errors: as pier::interfaces(). Throws std::bad_alloc.
[[nodiscard]] Result<std::vector<Interface>> interfaces();

}  // namespace pier::sys
