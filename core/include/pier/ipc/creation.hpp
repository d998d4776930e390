// What to do where a name is taken.
#pragma once

#include <cstdint>

namespace pier {

enum class IpcCreation : std::uint8_t {
    exclusive,  // it is an error: name_taken
    or_open,    // what is there is opened, if it is as it would have been made; else it is an error, too
};

}  // namespace pier
