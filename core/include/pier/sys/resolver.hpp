// The system's resolver of names.
// Resolved by the linker: exactly one backend defines it. Any thread may call it unless it says otherwise, and it
// doesn't block unless it says so. Errors are Pier's conditions with the system's number.
#pragma once

#include <pier/endpoint.hpp>
#include <pier/result.hpp>

#include <string>
#include <vector>

namespace pier::sys {

// The system's resolver; both BLOCK, for seconds. A host and a service (empty: port 0) to stream endpoints, in the
// system's order; an address of its own and back. Texts are UTF-8 and hold no NUL. Errors: host_not_found,
// service_not_found, temporary_resolver_failure, address_family_not_supported, not_enough_memory.
[[nodiscard]] Result<std::vector<Endpoint>> look_up(const std::string& host, const std::string& service, Family family);
[[nodiscard]] Result<void> look_up_name(const Endpoint& endpoint, std::string& host, std::string& service);

}  // namespace pier::sys
