// What a parent and a child process that it has started agree about: the words of the pipe between them.
#pragma once

#include "socket/winsock.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace pier::win32 {

// Its value is two numbers of inherited handles: the end of the pipe to read, and an event that the child sets when it
// has its sockets.
inline constexpr char parent_variable[] = "PIER_PARENT";

// The first thing in the pipe, which is there before the child runs. What follows are the descriptions of the sockets,
// and then one Ask after the other. The end of the pipe is the parent's.
struct Greeting {
    static constexpr char word[] = "pier's child";
    char magic[sizeof word] = {};
    DWORD child = 0;  // the number of the process that is meant
    DWORD sockets = 0;

    [[nodiscard]] static Greeting of(DWORD child, std::size_t sockets) noexcept {
        Greeting greeting;
        std::ranges::copy(word, greeting.magic);
        greeting.child = child;
        greeting.sockets = static_cast<DWORD>(sockets);
        return greeting;
    }
    [[nodiscard]] bool is_for(DWORD process) const noexcept {
        return std::ranges::equal(magic, word) && child == process;
    }
};

enum class Ask : std::uint8_t { stop = 1, end = 2 };

}  // namespace pier::win32
