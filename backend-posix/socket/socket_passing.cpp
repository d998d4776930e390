// Sockets in messages, by SCM_RIGHTS (unix(7)).
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/socket_passing.hpp>

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace pier::sys {
namespace {

using posix::descriptor_of;
using posix::fail_last;

// Of one descriptor. The kernel counts how many more would fit into the padding behind it, so the length given to it is
// CMSG_LEN and not CMSG_SPACE.
struct Control {
    alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(int))] = {};
    static constexpr std::size_t length = CMSG_LEN(sizeof(int));
};

msghdr message_of(iovec& piece, Control& control) noexcept {
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = Control::length;
    return message;
}

// The one that is kept; all others are closed.
struct Taken {
    int descriptor = -1;
    bool surplus = false;
};

Taken take_descriptors(msghdr& message) noexcept {
    Taken taken;
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(part) + i * sizeof(int), sizeof descriptor);
            if (taken.descriptor < 0) {
                taken.descriptor = descriptor;
            } else {
                taken.surplus = true;
                ::close(descriptor);
            }
        }
    }
    return taken;
}

// A peer of another program may send anything, and a socket in any mode.
Result<void> make_ours(int descriptor) noexcept {
    int type = 0;
    socklen_t length = sizeof type;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) != 0) return fail_last();
    const int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) return fail_last();
    return {};
}

}  // namespace

Result<NativeSocket> duplicate(NativeSocket socket) {
    const int descriptor = fcntl(descriptor_of(socket), F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) return fail_last();
    return posix::native_of(descriptor);
}

Result<void> send_socket(NativeSocket channel, std::span<const std::byte> bytes, NativeSocket socket) {
    iovec piece{.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
    Control control;
    msghdr message = message_of(piece, control);
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(int));
    const int descriptor = descriptor_of(socket);
    std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
    for (;;) {
        const ssize_t sent = sendmsg(descriptor_of(channel), &message, MSG_NOSIGNAL);
        if (sent >= 0) {
            // A few bytes are one buffer of the kernel's, which is queued whole.
            if (static_cast<std::size_t>(sent) != bytes.size()) return fail(Errc::protocol_error);
            return {};
        }
        if (errno == EINTR) continue;
        if (errno == ETOOMANYREFS) return fail(Errc::no_buffer_space, ETOOMANYREFS);
        return fail_last();
    }
}

Result<ReceivedSocket> receive_socket(NativeSocket channel, std::span<std::byte> into) {
    iovec piece{.iov_base = into.data(), .iov_len = into.size()};
    Control control;
    msghdr message = message_of(piece, control);
    ssize_t count = -1;
    do {
        count = recvmsg(descriptor_of(channel), &message, MSG_CMSG_CLOEXEC);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return fail_last();
    const Taken taken = take_descriptors(message);
    spi::Accepted owned(taken.descriptor < 0 ? spi::no_socket : posix::native_of(taken.descriptor));
    if ((message.msg_flags & MSG_CTRUNC) != 0) {
        // More than the one that there is room for; or none, because this process has as many as it may.
        return fail(taken.descriptor < 0 ? Errc::too_many_files_open : Errc::protocol_error);
    }
    if (taken.surplus) return fail(Errc::protocol_error);
    if (taken.descriptor < 0) return ReceivedSocket{.bytes = static_cast<std::size_t>(count)};
    if (auto ours = make_ours(taken.descriptor); !ours) return fail(ours.error());
    return ReceivedSocket{.bytes = static_cast<std::size_t>(count), .socket = owned.take_socket()};
}

}  // namespace pier::sys
