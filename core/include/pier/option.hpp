// Socket options that mean the same on every system. Other values are invalid_argument, and so is
// a buffer of 0 bytes.
#pragma once

#include <cstdint>

namespace pier {

enum class Option : std::uint8_t {
    no_delay,        // 0 or 1; 1 is Pier's default on every stream
    keep_alive,      // 0 or 1
    receive_buffer,  // bytes, a hint; reading gives the effective size in the same unit (Linux doubles it: halved back)
    send_buffer,     // likewise
    broadcast,       // 0 or 1
    time_to_live,    // 1 to 255; hop limit on IPv6
};

}  // namespace pier
