// The ring of captured frames that is shared with the kernel: TPACKET_V3 of packet(7); "packet_mmap" of the kernel's
// documentation, which packet(7) names.
#pragma once

#include <pier/link/frame.hpp>
#include <pier/result.hpp>

#include <cstddef>
#include <vector>

#include <linux/if_packet.h>

namespace pier::posix {

// Blocks of memory, filled by the kernel one after the other. Each has frames of many sizes, one behind the other, and
// belongs to the kernel or to us. Confined to one thread.
class CaptureRing {
public:
    CaptureRing() = default;
    CaptureRing(const CaptureRing&) = delete;
    CaptureRing& operator=(const CaptureRing&) = delete;
    ~CaptureRing();

    // Of a packet socket that is not bound yet. `size` bytes, rounded up to whole blocks. A block goes over when it is
    // full, and after `delay_ms` since its first frame. Errors: not_enough_memory and no_buffer_space; what
    // setsockopt(2) and mmap(2) say.
    [[nodiscard]] Result<void> map(int socket, std::size_t size, unsigned delay_ms);
    // Gives back the block of the last take(), and appends the frames of the next one. False: the kernel still has it.
    // Of an interface that is `loopback`, frames that go out are passed over, because each of them comes in as well;
    // so true may append nothing. Throws std::bad_alloc, and the block comes again.
    [[nodiscard]] bool take(bool loopback, std::vector<Frame>& frames);
    // Gives the block back whose frames the caller has.
    void give_back() noexcept;

private:
    [[nodiscard]] tpacket_block_desc& block(std::size_t number) const noexcept;

    std::byte* memory_ = nullptr;
    std::size_t size_ = 0;
    std::size_t blocks_ = 0;
    std::size_t next_ = 0;
    bool held_ = false;  // the one at next_ is the caller's
};

}  // namespace pier::posix
