// shutdown(2).
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/socket/stop_receiving.hpp>

#include <sys/socket.h>

namespace pier::sys {

Result<void> shutdown_receive(spi::NativeSocket stream) noexcept {
    if (::shutdown(posix::descriptor_of(stream), SHUT_RD) == 0) return {};
    Error error = posix::last_error();
    // Nothing can come any more.
    if (error == Errc::not_connected) return {};
    return fail(error);
}

}  // namespace pier::sys
