// This system has no fork. A child would be this program, started again, to which its parent hands sockets over.
#include <pier/sys/children.hpp>

#include <cstdio>
#include <cstdlib>

namespace pier::sys {

std::string children_obstacle() {
    return "Windows has no fork, and clients are not handed over to other processes yet; --model thread comes nearest";
}

Result<std::unique_ptr<Children>> make_children(Children::Hook, void*) { return fail(Errc::not_supported); }

void leave(int status) noexcept {
    (void)std::fflush(nullptr);
    std::_Exit(status);
}

}  // namespace pier::sys
