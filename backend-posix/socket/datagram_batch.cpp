// Many datagrams by one call: recvmmsg(2), sendmmsg(2), and what udp(7) says of segments.
#include "process/error.hpp"
#include "socket/address.hpp"

#include <pier/sys/socket/datagram_batch.hpp>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace pier::sys {
namespace {

using posix::Address;
using posix::descriptor_of;

// linux/udp.h of Linux 5.0, which can't be included beside netinet/udp.h of an older library.
constexpr int udp_segment = 103;
constexpr int udp_gro = 104;

constexpr unsigned most = most_datagrams_of_a_call;

// Of merged datagrams: the size of each is an int.
struct alignas(cmsghdr) MergedControl {
    char bytes[CMSG_SPACE(sizeof(int))];
};

Error error_now() noexcept {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Errc::operation_would_block, errno};
    return posix::last_error();
}

template <class Call>
auto uninterrupted(Call call) noexcept {
    for (;;) {
        auto count = call();
        if (count >= 0 || errno != EINTR) return count;
    }
}

// A kernel or a sandbox without the call for many: one at a time, until one fails.
template <class One>
Batch one_by_one(std::size_t count, One one) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        if (!one(i)) return {i, error_now()};
    }
    return {count, {}};
}

// 0 where it is one datagram. An alone one says its size, too, on some kernels: then it is not longer than that.
std::size_t size_of_each(msghdr& message) noexcept {
    for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr; control = CMSG_NXTHDR(&message, control)) {
        if (control->cmsg_level != IPPROTO_UDP || control->cmsg_type != udp_gro) continue;
        int size = 0;
        std::memcpy(&size, CMSG_DATA(control), sizeof size);
        return size > 0 ? static_cast<std::size_t>(size) : 0;
    }
    return 0;
}

void fill(Arrival& place, mmsghdr& record, const Address& address) noexcept {
    place.truncated = (record.msg_hdr.msg_flags & MSG_TRUNC) != 0;
    place.size = record.msg_len;
    place.each = size_of_each(record.msg_hdr);
    place.from = posix::from_native(address, record.msg_hdr.msg_namelen);
}

bool equal(const Endpoint* one, const Endpoint* other) noexcept {
    return one == other || (one != nullptr && other != nullptr && *one == *other);
}

msghdr to_send(iovec& piece, Address* address, socklen_t length) noexcept {
    msghdr message{};
    message.msg_name = length != 0 ? address : nullptr;
    message.msg_namelen = length;
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    return message;
}

iovec piece_of(std::span<const std::byte> data) noexcept { return {const_cast<std::byte*>(data.data()), data.size()}; }

// A kernel before 4.18 overlooks the control message, and would send all as one long datagram.
bool knows_segments(int socket) noexcept {
    int size = 0;
    socklen_t length = sizeof size;
    return getsockopt(socket, IPPROTO_UDP, udp_segment, &size, &length) == 0;
}

}  // namespace

Batch receive_datagrams(NativeSocket socket, std::span<Arrival> places) noexcept {
    const int number = descriptor_of(socket);
    const auto count = std::min<unsigned>(static_cast<unsigned>(std::min<std::size_t>(places.size(), most)), most);
    std::array<mmsghdr, most> records;
    std::array<iovec, most> pieces;
    std::array<Address, most> addresses;
    std::array<MergedControl, most> controls;
    for (unsigned i = 0; i < count; ++i) {
        pieces[i] = {places[i].room.data(), places[i].room.size()};
        msghdr& message = records[i].msg_hdr;
        message = to_send(pieces[i], &addresses[i], sizeof addresses[i]);
        message.msg_control = controls[i].bytes;
        message.msg_controllen = sizeof controls[i].bytes;
    }
    const int came = uninterrupted([&] { return recvmmsg(number, records.data(), count, MSG_DONTWAIT, nullptr); });
    Batch batch;
    if (came >= 0) {
        batch.count = static_cast<std::size_t>(came);
    } else if (errno == ENOSYS) {
        batch = one_by_one(count, [&](std::size_t i) {
            const ssize_t size = uninterrupted([&] { return recvmsg(number, &records[i].msg_hdr, MSG_DONTWAIT); });
            records[i].msg_len = size >= 0 ? static_cast<unsigned>(size) : 0;
            return size >= 0;
        });
    } else {
        batch.error = error_now();
    }
    for (std::size_t i = 0; i < batch.count; ++i) fill(places[i], records[i], addresses[i]);
    return batch;
}

Batch send_datagrams(NativeSocket socket, std::span<const Departure> datagrams) noexcept {
    const int number = descriptor_of(socket);
    const auto count = static_cast<unsigned>(std::min<std::size_t>(datagrams.size(), most));
    std::array<mmsghdr, most> records;
    std::array<iovec, most> pieces;
    std::array<Address, most> addresses;
    Address* address = nullptr;
    socklen_t length = 0;
    for (unsigned i = 0; i < count; ++i) {
        const Departure& datagram = datagrams[i];
        // A row to one receiver needs its address once.
        if (i == 0 || !equal(datagram.to, datagrams[i - 1].to)) {
            address = &addresses[i];
            length = datagram.to != nullptr ? posix::to_native(*datagram.to, *address) : 0;
        }
        pieces[i] = piece_of(datagram.data);
        records[i].msg_hdr = to_send(pieces[i], address, length);
    }
    constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    const int gone = uninterrupted([&] { return sendmmsg(number, records.data(), count, flags); });
    if (gone >= 0) return {static_cast<std::size_t>(gone), {}};
    if (errno != ENOSYS) return {0, error_now()};
    return one_by_one(count, [&](std::size_t i) {
        return uninterrupted([&] { return sendmsg(number, &records[i].msg_hdr, flags); }) >= 0;
    });
}

Result<void> send_segments(NativeSocket socket, std::span<const std::byte> data, std::size_t each,
                           const Endpoint* to) noexcept {
    const int number = descriptor_of(socket);
    static const bool known = knows_segments(number);  // of the kernel: the first who asks is a UDP socket, as all are
    if (!known || each == 0 || each > most_segment_bytes) return fail(Errc::not_supported);
    Address address;
    const socklen_t length = to != nullptr ? posix::to_native(*to, address) : 0;
    iovec piece = piece_of(data);
    msghdr message = to_send(piece, &address, length);
    struct alignas(cmsghdr) Control {
        char bytes[CMSG_SPACE(sizeof(std::uint16_t))];
    } control{};
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_UDP;
    header->cmsg_type = udp_segment;
    header->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto size = static_cast<std::uint16_t>(each);
    std::memcpy(CMSG_DATA(header), &size, sizeof size);
    if (uninterrupted([&] { return sendmsg(number, &message, MSG_NOSIGNAL | MSG_DONTWAIT); }) >= 0) return {};
    switch (errno) {
        case EIO:         // the device can't checksum them, or the way is encrypted
        case EINVAL:      // a segment is longer than a packet of the way, or checksums are off
        case EMSGSIZE:    // the same, since Linux 5.19
        case EOPNOTSUPP:  // a system that only looks like Linux
            return fail(Errc::not_supported, errno);
        default:
            return fail(error_now());
    }
}

Result<void> merge_arrivals(NativeSocket socket) noexcept {
    const int on = 1;
    int domain = 0;
    socklen_t length = sizeof domain;
    const bool asked = getsockopt(descriptor_of(socket), SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0;
    const bool is_udp = asked && (domain == AF_INET || domain == AF_INET6);
    if (!is_udp || setsockopt(descriptor_of(socket), IPPROTO_UDP, udp_gro, &on, sizeof on) != 0) {
        return fail(Errc::not_supported);
    }
    return {};
}

}  // namespace pier::sys
