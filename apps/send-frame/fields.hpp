// The layers and fields that a description may name. No I/O; any thread.
#pragma once

#include "layers.hpp"
#include "values.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace send_frame {

// An empty layer of that name ("ip"); nothing for a name that there isn't.
[[nodiscard]] std::optional<Layer> layer_of(std::string_view name);
// "eth, vlan, ...", for people.
[[nodiscard]] std::string layer_names();

// Sets a field of the layer. A word without a value sets a flag ("df"). What is wrong, or an empty string: "has no
// field "tll"; it has: ...", "ttl: "300" is not a number from 0 to 255".
[[nodiscard]] Fault set_field(Layer& layer, std::string_view name, std::optional<std::string_view> value);

struct LayerHelp {
    std::string name;    // as a description has it
    std::string fields;  // "dst, src, type"
};
// All of them, for --help.
[[nodiscard]] std::vector<LayerHelp> layer_help();

}  // namespace send_frame
