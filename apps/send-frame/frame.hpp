// A frame that is ready to be sent.
#pragma once

#include "layers.hpp"

#include <pier/packet/numbers.hpp>

namespace send_frame {

struct Frame {
    ByteVector bytes;
    pier::packet::LinkType link = pier::packet::LinkType::ethernet;
    // Of a packet of IP that begins with its header.
    std::optional<pier::Address> destination;
};

}  // namespace send_frame
