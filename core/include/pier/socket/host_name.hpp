// What a name of a host is at most.
#pragma once

#include <cstddef>

namespace pier {

// Bytes without the dot at the end, and those of each part between dots (RFC 1035, 2.3.4: 255 with the lengths of the
// parts and the end).
inline constexpr std::size_t longest_host_name = 253;
inline constexpr std::size_t longest_host_label = 63;

}  // namespace pier
