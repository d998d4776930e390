// Descriptions of frames, read. No I/O; any thread.
#pragma once

#include "layers.hpp"
#include "scanner.hpp"

#include <string_view>
#include <vector>

namespace send_frame {

inline constexpr std::size_t most_layers = 32;
inline constexpr std::size_t most_frames = 65536;

// `eth dst=... / ip dst=... ttl=3 / udp dport=53 / "payload"`, several frames with semicolons between them. Or bytes
// alone, as hexadecimal digits, also with the offsets that tcpdump -xx writes before each line ("0x0010:"): one frame.
// At least one frame. A mistake has its place.
[[nodiscard]] OrMistake<std::vector<Description>> parse(std::string_view text);

}  // namespace send_frame
