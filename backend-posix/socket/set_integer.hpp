// One integer option of a socket.
#pragma once

#include <sys/socket.h>

namespace pier::posix {

// The answer of setsockopt(2): false, and errno says why.
inline bool set_integer(int socket, int level, int name, int value) noexcept {
    return setsockopt(socket, level, name, &value, sizeof value) == 0;
}

}  // namespace pier::posix
