// The layers of a packet and their fields, line by line.
#pragma once

#include <pier/packet/dissect.hpp>

#include <string>
#include <vector>

namespace pier::packet {

struct TreeLine {
    unsigned depth = 0;      // 0 is a layer, 1 a field of it
    std::string text;        // "time to live: 64"; printable ASCII alone
    std::size_t offset = 0;  // of the bytes that it is about
    std::size_t size = 0;    // of them; 0 of a line about what is not there
};

// From the outside to the inside; the last line is the error, if there is one. Any thread.
[[nodiscard]] std::vector<TreeLine> layer_tree(const Dissection& dissection);
// The same lines as text, those of fields further in than those of layers.
[[nodiscard]] std::string layer_tree_text(const Dissection& dissection);

}  // namespace pier::packet
