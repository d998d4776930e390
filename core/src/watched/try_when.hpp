// Trying what may have to wait, again and again, until it gives something.
#pragma once

#include <pier/result.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace pier::spi {

enum class Until : std::uint8_t { readable, writable };

// Tries until `attempt()` gives something. It gives a Result, of which operation_would_block means to wait, or nothing,
// which means to try again at once. Errors besides its own: timed_out, operation_canceled. Both references have to live
// until it ends. Of `on` it takes
//   has_to_wait()      whether to wait before this try, because there were many without a wait
//   wait(what, until)  what to await, as Result<void>
//   is_open()          false: somebody has closed it
template <class T, class On, class Attempt>
Task<Result<T>> try_when(On& on, Until what, Deadline deadline, Attempt& attempt) {
    const Deadline until = absolute(deadline);
    for (;;) {
        if (!on.has_to_wait()) {
            std::optional<Result<T>> result = attempt();
            if (!result) continue;
            if (*result || result->error() != Errc::operation_would_block) co_return std::move(*result);
        }
        const Result<void> ready = co_await on.wait(what, until);
        if (!ready && ready.error() == Errc::timed_out && on.is_open()) {
            // An engine may end a wait whose time has come without a look at the socket.
            std::optional<Result<T>> last = attempt();
            if (last && (*last || last->error() != Errc::operation_would_block)) co_return std::move(*last);
        }
        if (!ready) co_return fail(ready.error());
        if (!on.is_open()) co_return fail(Errc::operation_canceled);
    }
}

}  // namespace pier::spi
