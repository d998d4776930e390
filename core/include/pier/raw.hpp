// Raw sockets: packets of IP with a protocol of the caller's choice, below TCP and UDP. raw(7), ipv6(7), icmp(7);
// "TCP/IP Raw Sockets" of the Windows documentation.
#pragma once

#include <pier/detail/watched_handle.hpp>
#include <pier/endpoint.hpp>
#include <pier/result.hpp>
#include <pier/sys/socket/details.hpp>
#include <pier/task.hpp>
#include <pier/time.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace pier {

using sys::IcmpFailure;

// Numbers of protocols (IANA, "Assigned Internet Protocol Numbers").
enum class IpProtocol : std::uint8_t { icmp = 1, tcp = 6, udp = 17, icmpv6 = 58, raw = 255 };

struct RawOptions {
    // The address of this machine that packets leave from, and that they have to be sent to in order to be received;
    // its port is 0. Without a family: any.
    Endpoint local;
    // What is sent begins with the IP header (IP_HDRINCL, IPV6_HDRINCL), whose length field is that of the packet. The
    // system fills in an identification and a source of zero, and the checksum, of IPv4.
    bool header_included = false;
};

// A packet that came. All spans are in the caller's buffer.
struct RawPacket {
    std::span<const std::byte> data;  // behind the IP header
    std::span<const std::byte>
        header;     // IPv4's, with its options; empty where the system keeps it (IPv6, ping sockets)
    Endpoint from;  // the sender; port 0
    Endpoint to;    // whom it was sent to; without a family where the system did not tell
    std::uint32_t interface_index = 0;          // by which it came; 0 is not known
    std::optional<std::uint8_t> hop_limit;      // what is left of the time to live
    std::optional<std::uint8_t> traffic_class;  // or type of service
    // When the system got it, by its wall clock, since the beginning of 1970 (UTC): on Linux alone.
    std::optional<std::chrono::nanoseconds> arrived;
    // It was longer than the buffer, and the rest of it is lost. Windows tells less of it then.
    bool truncated = false;
    // On a socket of open_echo() that needs no privilege: what a router or the machine says of an echo request, which
    // `data` has again, as far as it came back.
    std::optional<IcmpFailure> failure;
};

// Move-only; confined to the loop that it was opened on. Works on every engine: it waits by a Watch, so that each wait
// costs a call more than a Datagram's. Several receives and sends may wait.
//
// Linux gives each raw socket a copy of every packet of its protocol, Windows all but TCP's and UDP's. Answers of
// others come, too: whoever receives looks at identifiers and addresses himself.
class RawSocket : public spi::WatchedHandle {
public:
    // Packets of that protocol. IpProtocol::raw with a header sends any protocol and receives nothing (raw(7)). Errors:
    // permission_denied without the privilege (CAP_NET_RAW; on Windows, of an administrator); not_supported for TCP on
    // Windows; address_family_not_supported for all but IPv4 and IPv6; address_not_available, invalid_argument (a
    // port, or an address of the other family); too_many_files_open, not_enough_memory.
    [[nodiscard]] static Result<RawSocket> open(Family family, IpProtocol protocol, const RawOptions& options = {});

    // For echo requests: a raw socket of ICMP or ICMPv6 where that is permitted, and else one of Linux' ping sockets
    // (icmp(7)). Errors: permission_denied where neither is; as open().
    [[nodiscard]] static Result<RawSocket> open_echo(Family family, const RawOptions& options = {});

    RawSocket() = default;

    // It is a ping socket: the system writes the identifier of what is sent (identifier() is it), and nothing but
    // answers to this socket's own requests comes. Errors of routers come as RawPacket::failure; elsewhere they are
    // packets of ICMP like others.
    [[nodiscard]] bool unprivileged() const noexcept;
    // Of the echo requests that an unprivileged socket sends; else 0. Host order.
    [[nodiscard]] std::uint16_t identifier() const noexcept;

    // The next packet, in the caller's buffer, which must live until this has ended. It needs room for an IPv4 header
    // (20 to 60 bytes) besides. Errors: timed_out, operation_canceled, not_connected when nothing is held;
    // protocol_error is never one: a packet whose IPv4 header is broken is passed over.
    [[nodiscard]] Task<Result<RawPacket>> receive(std::span<std::byte> into, Deadline deadline = {}) const;

    // One packet; the port of `to` is not looked at. A checksum of ICMP, TCP or UDP is the caller's to write, but the
    // one of ICMPv6 the system's (RFC 3542, section 3.1). With an included header, length and version are checked, and
    // `to` is where it really goes. `packet` and `to` must live until this has ended. Errors: message_size beyond what
    // the protocol or the interface takes; invalid_argument for a header that is none; host_unreachable,
    // network_unreachable, permission_denied; not_supported for what Windows sends nobody (TCP; UDP with an address
    // that is not its own); timed_out, operation_canceled.
    [[nodiscard]] Task<Result<void>> send_to(std::span<const std::byte> packet, const Endpoint& to,
                                             Deadline deadline = {}) const;

    // Receives only these types of ICMP or ICMPv6 from now on; a packet that waits already may be another. An empty
    // list is all of them.
    void accept_types(std::span<const std::uint8_t> types);

private:
    struct State;
    static Result<RawSocket> over(spi::NativeSocket socket, Family family, const RawOptions& options, bool is_echo);

    explicit RawSocket(std::shared_ptr<State> state) noexcept;
    [[nodiscard]] std::shared_ptr<State> state() const noexcept;
};

}  // namespace pier
