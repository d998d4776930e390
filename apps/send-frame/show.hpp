// Frames for people, and as a capture file. No I/O; any thread.
#pragma once

#include "frame.hpp"

#include <expected>
#include <string>
#include <vector>

namespace send_frame {

// One line, then its layers and fields, then its bytes.
[[nodiscard]] std::string show(const Frame& frame);

// The bytes of a pcap file. `time_ns` is since 1970, for all of them. The error is a sentence: frames of different
// kinds, or a time that the form can't say.
[[nodiscard]] std::expected<ByteVector, std::string> capture_of(const std::vector<Frame>& frames,
                                                                std::uint64_t time_ns);

}  // namespace send_frame
