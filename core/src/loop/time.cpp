#include <pier/time.hpp>

#include <pier/sys/clock.hpp>

namespace pier {

Deadline absolute(Deadline deadline) noexcept {
    return deadline.relative() ? at(deadline.resolve(sys::now())) : deadline;
}

}  // namespace pier
