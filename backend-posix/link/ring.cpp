#include "link/ring.hpp"

#include "process/error.hpp"

#include <sys/mman.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <cstring>

#include <linux/if_ether.h>

namespace pier::posix {
namespace {

// A frame has to fit in a block: the kernel merges segments of TCP to 64 KiB, and cuts what is longer than a block. A
// block goes over after the delay, however little is in it, so many small ones last longer than few large ones while
// nobody receives.
constexpr std::size_t block_size = std::size_t{128} << 10;
// The kernel wants blocks to be whole numbers of these; frames of any size are packed all the same.
constexpr unsigned slot_size = 2048;

constexpr std::size_t addresses_size = 2 * ETH_ALEN;
constexpr std::size_t tag_size = 4;  // of 802.1Q: an Ethernet type and the tag itself

// The kernel takes the outermost tag of a VLAN out, and says it beside the frame. It goes back into its place: there is
// room before the frame, which PACKET_RESERVE has made. Returns how many bytes it begins earlier.
std::size_t put_tag_back(std::byte* data, std::size_t size, const tpacket3_hdr& header) noexcept {
    const bool has_tag = (header.tp_status & TP_STATUS_VLAN_VALID) != 0 || header.hv1.tp_vlan_tci != 0;
    if (!has_tag || size < addresses_size) return 0;
    const bool has_type = (header.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0 && header.hv1.tp_vlan_tpid != 0;
    const unsigned type = has_type ? header.hv1.tp_vlan_tpid : unsigned{ETH_P_8021Q};
    const unsigned tag = header.hv1.tp_vlan_tci;
    std::memmove(data - tag_size, data, addresses_size);
    std::byte* const place = data - tag_size + addresses_size;
    place[0] = static_cast<std::byte>(type >> 8U);
    place[1] = static_cast<std::byte>(type & 0xffU);
    place[2] = static_cast<std::byte>(tag >> 8U & 0xffU);
    place[3] = static_cast<std::byte>(tag & 0xffU);
    return tag_size;
}

}  // namespace

CaptureRing::~CaptureRing() {
    if (memory_ != nullptr) ::munmap(memory_, size_);
}

Result<void> CaptureRing::map(int socket, std::size_t size, unsigned delay_ms) {
    const int version = TPACKET_V3;
    if (setsockopt(socket, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0) return fail_last();
    const int reserve = tag_size;
    if (setsockopt(socket, SOL_PACKET, PACKET_RESERVE, &reserve, sizeof reserve) != 0) return fail_last();
    tpacket_req3 request{};
    request.tp_block_size = block_size;
    request.tp_block_nr = static_cast<unsigned>((size + block_size - 1) / block_size);
    request.tp_frame_size = slot_size;
    request.tp_frame_nr = request.tp_block_nr * static_cast<unsigned>(block_size / slot_size);
    request.tp_retire_blk_tov = delay_ms;
    if (setsockopt(socket, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0) return fail_last();
    blocks_ = request.tp_block_nr;
    size_ = blocks_ * block_size;
    void* const mapped = ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, socket, 0);
    if (mapped == MAP_FAILED) return fail_last();
    memory_ = static_cast<std::byte*>(mapped);
    return {};
}

tpacket_block_desc& CaptureRing::block(std::size_t number) const noexcept {
    return *reinterpret_cast<tpacket_block_desc*>(memory_ + number * block_size);
}

void CaptureRing::give_back() noexcept {
    if (!held_) return;
    held_ = false;
    // What was read of the block was read before the kernel may write to it.
    std::atomic_ref(block(next_).hdr.bh1.block_status).store(TP_STATUS_KERNEL, std::memory_order_release);
    next_ = (next_ + 1) % blocks_;
}

bool CaptureRing::take(bool loopback, std::vector<Frame>& frames) {
    give_back();
    tpacket_block_desc& current = block(next_);
    tpacket_hdr_v1& info = current.hdr.bh1;
    if ((std::atomic_ref(info.block_status).load(std::memory_order_acquire) & TP_STATUS_USER) == 0) return false;
    frames.reserve(frames.size() + info.num_pkts);
    held_ = true;
    std::byte* at = reinterpret_cast<std::byte*>(&current) + info.offset_to_first_pkt;
    for (std::uint32_t i = 0; i < info.num_pkts; ++i) {
        const auto& header = *reinterpret_cast<const tpacket3_hdr*>(at);
        const auto& address = *reinterpret_cast<const sockaddr_ll*>(at + TPACKET_ALIGN(sizeof(tpacket3_hdr)));
        const bool outgoing = address.sll_pkttype == PACKET_OUTGOING;
        if (!outgoing || !loopback) {
            std::byte* const data = at + header.tp_mac;
            const std::size_t tag = put_tag_back(data, header.tp_snaplen, header);
            Frame& frame = frames.emplace_back();
            frame.data = std::span<const std::byte>(data - tag, header.tp_snaplen + tag);
            frame.original_size = header.tp_len + static_cast<std::uint32_t>(tag);
            frame.arrived = std::chrono::seconds(header.tp_sec) + std::chrono::nanoseconds(header.tp_nsec);
            frame.outgoing = outgoing;
            frame.checksum_to_be_filled_in = (header.tp_status & TP_STATUS_CSUMNOTREADY) != 0;
        }
        at += header.tp_next_offset;
    }
    return true;
}

}  // namespace pier::posix
