// System calls that a signal has interrupted are made again.
#pragma once

#include <cerrno>

namespace pier::posix {

// What `call()` answers, as soon as that is no EINTR: below 0 is a failure, and errno says which.
template <class Call>
auto uninterrupted(Call call) noexcept {
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR) return result;
    }
}

}  // namespace pier::posix
