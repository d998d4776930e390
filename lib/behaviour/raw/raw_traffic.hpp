// What a raw socket hears that it did not ask for.
#pragma once

#include "loopback.hpp"

namespace pier::native {

// Whether a raw UDP socket sees an ordinary datagram, and a raw TCP socket an ordinary connection.
[[nodiscard]] NativeVerdict seen_traffic(const Socket& raw_udp, const Socket& raw_tcp);

}  // namespace pier::native
