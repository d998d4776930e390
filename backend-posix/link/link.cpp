// A port to a network interface: packet(7).
#include "link/ring.hpp"
#include "process/error.hpp"
#include "process/uninterrupted.hpp"
#include "socket/address.hpp"
#include "socket/set_integer.hpp"

#include <pier/sys/socket.hpp>
#include <pier/sys/socket/link.hpp>

#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <limits>
#include <utility>

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

namespace pier::sys {
namespace {

using posix::fail_last;
using posix::uninterrupted;

Result<LinkLayer> layer_of(unsigned short type) noexcept {
    switch (type) {
        case ARPHRD_ETHER:
        case ARPHRD_LOOPBACK:
            return LinkLayer::ethernet;
        // Tunnels without a link header.
        case ARPHRD_NONE:
        case ARPHRD_TUNNEL:
        case ARPHRD_TUNNEL6:
        case ARPHRD_SIT:
        case ARPHRD_PPP:
            return LinkLayer::raw_ip;
        default:
            return fail(Errc::not_supported);
    }
}

class Port final : public LinkPort {
public:
    Port() = default;
    ~Port() override {
        if (socket_ >= 0) sys::close(posix::native_of(socket_));
    }

    Result<void> open(const LinkSettings& settings) {
        // Protocol 0: nothing comes before everything is set and it is bound.
        socket_ = ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (socket_ < 0) return fail_last();
        if (auto set = attach_filter(settings); !set) return set;
        const auto delay = static_cast<unsigned>(settings.longest_delay.count());
        if (auto mapped = ring_.map(socket_, settings.buffer_size, delay); !mapped) return mapped;
        const int interface_index = static_cast<int>(settings.interface_index);
        // The first time still without a protocol, so that nothing comes: a bound socket knows its interface's kind.
        if (auto bound = bind(interface_index, 0); !bound) return bound;
        if (auto known = look_at_the_interface(); !known) return known;
        if (auto bound = bind(interface_index, htons(ETH_P_ALL)); !bound) return bound;
        // A socket may be bound to an interface that is down: it says so later, as an error of its own.
        if (const int error = take_error(); error != 0) return fail(posix::translate(error));
        return settings.promiscuous ? be_promiscuous(interface_index) : Result<void>();
    }

    LinkLayer layer() const noexcept override { return layer_; }
    spi::NativeSocket socket() const noexcept override { return posix::native_of(socket_); }

    Result<void> take(std::vector<Frame>& frames) override {
        while (ring_.take(loopback_, frames)) {
            if (!frames.empty()) return {};
        }
        // Else a Watch that this error ends would be asked again for ever.
        if (const int error = take_error(); error != 0) return fail(posix::translate(error));
        return fail(Errc::operation_would_block);
    }

    Result<void> send(std::span<const std::byte> frame) override {
        const auto sent =
            uninterrupted([&] { return ::send(socket_, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL); });
        if (sent >= 0) return {};
        return fail_last();
    }

    Result<LinkCounts> counts() override {
        tpacket_stats_v3 since{};
        socklen_t length = sizeof since;
        // Each look sets the kernel's numbers to 0.
        if (getsockopt(socket_, SOL_PACKET, PACKET_STATISTICS, &since, &length) != 0) return fail_last();
        counts_.received += since.tp_packets;
        counts_.dropped += since.tp_drops;
        return counts_;
    }

private:
    // The kernel's filters answer with the bytes to keep: without one, the snap length has one of its own.
    [[nodiscard]] Result<void> attach_filter(const LinkSettings& settings) const {
        static_assert(sizeof(FilterInstruction) == sizeof(sock_filter));
        std::vector<sock_filter> program;
        for (const FilterInstruction& each : settings.filter) {
            program.push_back({each.code, each.jump_true, each.jump_false, each.constant});
        }
        if (program.empty()) program.push_back({BPF_RET | BPF_K, 0, 0, settings.snap_length});
        if (program.size() > BPF_MAXINSNS) return fail(Errc::invalid_argument);
        const sock_fprog attached{static_cast<unsigned short>(program.size()), program.data()};
        if (setsockopt(socket_, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof attached) != 0) return fail_last();
        return {};
    }

    [[nodiscard]] int take_error() const noexcept {
        int error = 0;
        socklen_t length = sizeof error;
        if (getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
        return error;
    }

    [[nodiscard]] Result<void> bind(int interface_index, unsigned short protocol) const {
        sockaddr_ll address{};
        address.sll_family = AF_PACKET;
        address.sll_protocol = protocol;
        address.sll_ifindex = interface_index;
        if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return {};
        // The only thing here that may not be there is the interface.
        if (errno == ENODEV || errno == ENXIO) return fail(Errc::no_such_interface, errno);
        return fail_last();
    }

    Result<void> look_at_the_interface() {
        sockaddr_ll address{};
        socklen_t length = sizeof address;
        if (getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) != 0) return fail_last();
        auto layer = layer_of(address.sll_hatype);
        if (!layer) return fail(layer.error());
        layer_ = *layer;
        loopback_ = address.sll_hatype == ARPHRD_LOOPBACK;
        // Each frame of loopback goes out and comes in. A kernel before 4.20 does not know this: the ring passes them
        // over, but they are counted.
        if (loopback_) (void)posix::set_integer(socket_, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
        return {};
    }

    [[nodiscard]] Result<void> be_promiscuous(int interface_index) const {
        packet_mreq membership{};
        membership.mr_ifindex = interface_index;
        membership.mr_type = PACKET_MR_PROMISC;  // goes with the socket
        if (setsockopt(socket_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, sizeof membership) != 0) {
            return fail_last();
        }
        return {};
    }

    int socket_ = -1;
    posix::CaptureRing ring_;
    LinkLayer layer_ = LinkLayer::ethernet;
    bool loopback_ = false;
    LinkCounts counts_;
};

}  // namespace

Result<std::unique_ptr<LinkPort>> open_link(const LinkSettings& settings, std::move_only_function<void() noexcept>) {
    if (!std::in_range<int>(settings.interface_index)) return fail(Errc::no_such_interface);
    auto port = std::make_unique<Port>();
    if (auto opened = port->open(settings); !opened) return fail(opened.error());
    return port;
}

}  // namespace pier::sys
