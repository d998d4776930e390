// tcp(7), "Sockets API"; recv(2), MSG_OOB.
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/socket/urgent.hpp>
#include <pier/sys/socket_passing.hpp>

#include <sys/socket.h>
#include <cerrno>

namespace pier::sys {

using posix::descriptor_of;
using posix::fail_last;

Result<spi::NativeSocket> duplicate_to_watch(spi::NativeSocket socket) { return duplicate(socket); }

Result<std::optional<std::byte>> take_urgent(spi::NativeSocket stream) noexcept {
    std::byte byte{};
    for (;;) {
        const ssize_t count = recv(descriptor_of(stream), &byte, 1, MSG_OOB | MSG_DONTWAIT);
        if (count == 1) return byte;
        if (count == 0) return fail(Errc::end_of_stream);
        switch (errno) {
            case EINTR:
                continue;
            case EINVAL:  // none, or it was taken
            case EAGAIN:  // the peer has announced it, and it is not here yet
                return std::nullopt;
            case ENOTCONN:
                return fail(Errc::end_of_stream, ENOTCONN);
            default:
                return fail_last();
        }
    }
}

Result<bool> at_mark(spi::NativeSocket stream) noexcept {
    const int answer = sockatmark(descriptor_of(stream));
    if (answer < 0) return fail_last();
    return answer == 1;
}

}  // namespace pier::sys
