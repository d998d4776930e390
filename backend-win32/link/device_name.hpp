// How Npcap calls a network interface.
#pragma once

#include <pier/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace pier::win32 {

// The names by which the interface with that index may be captured, the likely one first: "\Device\NPF_{...}" with its
// GUID. Loopback has a device of Npcap's own, which belongs to no adapter. Errors: no_such_interface.
[[nodiscard]] Result<std::vector<std::string>> capture_devices(std::uint32_t interface_index);

}  // namespace pier::win32
