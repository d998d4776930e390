#include "socket/netlink.hpp"

#include "process/error.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace pier::posix {
namespace {

using Bytes = std::span<const std::byte>;

// The kernel fills up to 32 KiB at a time, as soon as a reader has shown that it takes so much
// (linux/net/netlink/af_netlink.c). A single message may be longer, so nothing here relies on it.
constexpr std::size_t usual_datagram = 32 << 10;
// Nobody's interface needs so much. A larger number is a kernel's mistake, which must not take all memory.
constexpr std::size_t largest_datagram = 16 << 20;
// Each has at least one message: a bound for a kernel that never ends its list.
constexpr int most_datagrams = 1 << 20;

constexpr std::size_t aligned(std::size_t length) noexcept { return (length + 3) & ~std::size_t{3}; }

constexpr std::size_t header_size = aligned(sizeof(nlmsghdr));

// NLMSG_DONE has a number behind its header, below zero where the list had to be given up (netlink_dump_done).
DumpStep end_of(Bytes payload, bool was_interrupted, Error& error) noexcept {
    int status = 0;
    if (read_value(payload, status) && status < 0) {
        error = translate(-status);
        return DumpStep::failed;
    }
    return was_interrupted ? DumpStep::interrupted : DumpStep::complete;
}

DumpStep refusal(Bytes payload, Error& error) noexcept {
    nlmsgerr answer{};
    if (!read_value(payload, answer)) return DumpStep::interrupted;
    if (answer.error == 0) return DumpStep::more;  // an acknowledgement, which nobody has asked for
    error = translate(-answer.error);
    return DumpStep::failed;
}

// The length of the next datagram, which stays where it is; below zero for a failure. Zero bytes are no end: netlink
// has none.
ssize_t next_length(int socket) noexcept {
    for (int tries = 0; tries < 100; ++tries) {
        const ssize_t length = ::recv(socket, nullptr, 0, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
        if (length >= 0 || errno != EINTR) return length;
    }
    return -1;
}

// What an error of recv() means. ENOBUFS: the kernel had no room for a part, which is lost now. EAGAIN: the list has
// stopped without its end.
Result<DumpStep> after_failure(int number) noexcept {
    if (number == ENOBUFS || number == EAGAIN || number == EINTR) return DumpStep::interrupted;
    return fail(translate(number));
}

}  // namespace

void for_each_attribute(Bytes bytes, const std::function<void(std::uint16_t, Bytes)>& take) {
    rtattr attribute{};
    while (read_value(bytes, attribute)) {
        if (attribute.rta_len < sizeof attribute || attribute.rta_len > bytes.size()) return;
        take(static_cast<std::uint16_t>(attribute.rta_type & 0x3fff),  // NLA_TYPE_MASK, which is an int below zero
             bytes.subspan(sizeof attribute, attribute.rta_len - sizeof attribute));
        bytes = bytes.subspan(std::min(aligned(attribute.rta_len), bytes.size()));
    }
}

DumpStep take_datagram(Bytes datagram, std::uint32_t sequence, std::uint16_t wanted, const TakeMessage& take,
                       bool& was_interrupted, Error& error) {
    nlmsghdr header{};
    while (read_value(datagram, header)) {
        // Cut short: the rest of the datagram can't be read either.
        if (header.nlmsg_len < header_size || header.nlmsg_len > datagram.size()) return DumpStep::interrupted;
        const Bytes payload = datagram.subspan(header_size, header.nlmsg_len - header_size);
        datagram = datagram.subspan(std::min(aligned(header.nlmsg_len), datagram.size()));
        if (header.nlmsg_seq != sequence) continue;  // of no request of ours
        // The kernel sets it when something was added or removed between two parts of the list: then one may be
        // missing, or stand there twice.
        if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) was_interrupted = true;
        if (header.nlmsg_type == NLMSG_DONE) return end_of(payload, was_interrupted, error);
        if (header.nlmsg_type == NLMSG_OVERRUN) return DumpStep::interrupted;
        if (header.nlmsg_type == NLMSG_ERROR) {
            if (const DumpStep step = refusal(payload, error); step != DumpStep::more) return step;
        } else if (header.nlmsg_type == wanted) {
            take(payload);
        }
    }
    return DumpStep::more;
}

Result<Netlink> Netlink::open() {
    const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (socket < 0) return fail_last();
    return Netlink(socket);
}

Netlink::Netlink(Netlink&& other) noexcept : socket_(std::exchange(other.socket_, -1)), sequence_(other.sequence_) {}

Netlink::~Netlink() {
    if (socket_ >= 0) (void)::close(socket_);  // nothing was written that could be lost
}

Result<void> Netlink::ask(std::uint16_t request, Bytes body) {
    std::vector<std::byte> message(header_size + body.size());
    nlmsghdr header{};
    header.nlmsg_len = static_cast<std::uint32_t>(message.size());
    header.nlmsg_type = request;
    header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    header.nlmsg_seq = ++sequence_;
    std::memcpy(message.data(), &header, sizeof header);
    std::ranges::copy(body, message.begin() + header_size);
    sockaddr_nl kernel{};
    kernel.nl_family = AF_NETLINK;
    for (int tries = 0; tries < 100; ++tries) {
        const ssize_t sent = ::sendto(socket_, message.data(), message.size(), MSG_NOSIGNAL,
                                      reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel);
        if (sent >= 0) return {};
        if (errno != EINTR) break;
    }
    return fail_last();
}

Result<DumpStep> Netlink::dump(std::uint16_t request, Bytes body, std::uint16_t wanted, const TakeMessage& take) {
    if (auto asked = ask(request, body); !asked) return std::unexpected(asked.error());
    std::vector<std::byte> buffer(usual_datagram);
    bool was_interrupted = false;
    for (int count = 0; count < most_datagrams; ++count) {
        const ssize_t next = next_length(socket_);
        if (next < 0) return after_failure(errno);
        if (static_cast<std::size_t>(next) > buffer.size()) {
            if (static_cast<std::size_t>(next) > largest_datagram) return fail(Errc::no_buffer_space, ENOBUFS);
            buffer.resize(static_cast<std::size_t>(next));
        }
        sockaddr_nl from{};
        socklen_t from_size = sizeof from;
        // MSG_TRUNC: the answer is the real length, also where the datagram was longer than the buffer after all.
        const ssize_t length = ::recvfrom(socket_, buffer.data(), buffer.size(), MSG_TRUNC | MSG_DONTWAIT,
                                          reinterpret_cast<sockaddr*>(&from), &from_size);
        if (length < 0) return after_failure(errno);
        if (static_cast<std::size_t>(length) > buffer.size()) return DumpStep::interrupted;
        if (from.nl_pid != 0) continue;  // any process may send to this socket; the kernel is number 0
        Error error;
        const DumpStep step = take_datagram(Bytes(buffer).first(static_cast<std::size_t>(length)), sequence_, wanted,
                                            take, was_interrupted, error);
        if (step == DumpStep::failed) return fail(error);
        if (step != DumpStep::more) return step;
    }
    return fail(Errc::protocol_error);
}

}  // namespace pier::posix
