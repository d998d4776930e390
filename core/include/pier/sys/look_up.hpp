// The system's resolver of names.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/socket/look_up.hpp>

namespace pier::sys {

// Both BLOCK, for seconds. Texts are UTF-8 and hold no NUL. Errors: host_not_found, service_not_found,
// temporary_resolver_failure, address_family_not_supported, not_enough_memory.

// What the system answers, in its order, with what it says twice. The question has a host or a service, or both; a
// `family_rule` is the caller's matter: the system is asked for `family` alone. Without a service the ports are 0.
[[nodiscard]] Result<HostAddresses> look_up(const LookUp& question);

// An address of IPv4 or IPv6; invalid_argument for any other.
[[nodiscard]] Result<HostName> look_up_name(const Endpoint& endpoint, const NameLookUp& question);

}  // namespace pier::sys
