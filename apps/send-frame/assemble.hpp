// The bytes of a described frame. No I/O; any thread.
#pragma once

#include "layers.hpp"

#include <pier/packet/numbers.hpp>

#include <expected>
#include <optional>
#include <string>

namespace send_frame {

// What a description may leave out.
struct Defaults {
    std::optional<pier::packet::MacAddress> mac;  // of the interface that sends
};

// What is not said is filled in: types and protocols by the next layer, lengths and checksums by what is there. The
// error is a sentence: a layer that can't be built so. At most 65,535 bytes and a link header.
[[nodiscard]] std::expected<ByteVector, std::string> assemble(const Description& frame, const Defaults& defaults = {});

// What its first byte belongs to: a frame of Ethernet, or a packet of IP alone.
[[nodiscard]] pier::packet::LinkType link_of(const Description& frame) noexcept;

}  // namespace send_frame
