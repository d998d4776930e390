// Who is at the other end of a Unix-domain stream, as the system says.
#pragma once

#include <cstdint>
#include <optional>

namespace pier {

// As of connect() and listen(): a process may have ended since, or have given its socket to another one, and its number
// may be another process's by now. So decide by user and group. Windows knows the process alone.
struct PeerCredentials {
    std::uint64_t process = 0;
    std::optional<std::uint32_t> user{};
    std::optional<std::uint32_t> group{};
};

}  // namespace pier
