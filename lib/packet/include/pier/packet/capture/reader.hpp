// Reads capture files, piece by piece: pcap and pcapng (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng).
#pragma once

#include <pier/packet/capture/order.hpp>
#include <pier/packet/error.hpp>
#include <pier/packet/numbers.hpp>

#include <optional>
#include <vector>

namespace pier::packet {

// A longer packet or block is an error: a length that is wrong must not make a reader wait for gigabytes.
inline constexpr std::size_t most_captured_bytes = 262'144;  // what tcpdump takes at most
inline constexpr std::size_t most_block_bytes = std::size_t{16} << 20;
inline constexpr std::size_t most_interfaces = 4096;

enum class CaptureFormat : std::uint8_t { unknown, pcap, pcapng };

// Where packets were captured. A pcap file has one.
struct CaptureInterface {
    LinkType link = LinkType::ethernet;
    std::uint32_t snap_length = 0;               // 0 is no limit
    std::uint8_t resolution = 6;                 // if_tsresol: 10^-n seconds, or 2^-(n - 128) from 128 on
    std::int64_t offset_s = 0;                   // if_tsoffset
    std::optional<std::uint64_t> received = {};  // as the last block of statistics says
    std::optional<std::uint64_t> dropped = {};
};

struct CapturedPacket {
    std::uint32_t interface = 0;  // an index of interfaces()
    LinkType link = LinkType::ethernet;
    std::optional<std::uint64_t> time_ns =
        {};                             // since 1970; nothing in a simple packet block, and what 64 bits can't say
    std::uint32_t original_length = 0;  // on the wire
    Bytes data = {};                    // what was captured of it; valid until the next feed() or next()
};

// One file at a time; one thread at a time. It never reads: the caller feeds it what it has read.
class CaptureReader {
public:
    // The next bytes of the file, of any size. They are copied. Call next() until it gives nothing before the next
    // feed(), so that no more than a block and a piece are kept.
    void feed(Bytes piece);
    // The next packet; nothing if more bytes are wanted. Blocks of other kinds are passed over. `offset` of an error is
    // that in the file. After an error it gives the same error again.
    [[nodiscard]] PacketResult<std::optional<CapturedPacket>> next();
    // Call it at the end of the file. Error: the file ends inside of its header, a record or a block.
    [[nodiscard]] PacketResult<void> finish() const;

    [[nodiscard]] CaptureFormat format() const noexcept { return format_; }
    // Of the present section.
    [[nodiscard]] const std::vector<CaptureInterface>& interfaces() const noexcept { return interfaces_; }

private:
    // Of one step: a packet was found, something else was read, or more bytes are wanted.
    enum class Step : std::uint8_t { packet, other, wants_more };
    [[nodiscard]] PacketResult<Step> step(CapturedPacket& packet);
    [[nodiscard]] PacketResult<Step> read_magic();
    [[nodiscard]] PacketResult<Step> read_record(CapturedPacket& packet);
    [[nodiscard]] PacketResult<Step> read_block(CapturedPacket& packet);
    [[nodiscard]] PacketResult<Step> read_section(Bytes block);
    [[nodiscard]] PacketResult<Step> read_interface(Bytes block);
    [[nodiscard]] PacketResult<Step> read_enhanced(Bytes block, CapturedPacket& packet);
    [[nodiscard]] PacketResult<Step> read_simple(Bytes block, CapturedPacket& packet);
    [[nodiscard]] PacketResult<Step> read_statistics(Bytes block);
    [[nodiscard]] Bytes rest() const noexcept { return Bytes(buffer_).subspan(place_); }
    [[nodiscard]] std::uint32_t number(Bytes bytes, std::size_t at) const noexcept {
        return load_in<std::uint32_t>(order_, bytes, at);
    }
    [[nodiscard]] std::size_t at() const noexcept { return before_ + place_; }

    std::vector<std::byte> buffer_;
    std::size_t place_ = 0;   // in the buffer, of what is to be read next
    std::size_t before_ = 0;  // bytes of the file before the buffer
    CaptureFormat format_ = CaptureFormat::unknown;
    FileOrder order_ = FileOrder::little;
    std::vector<CaptureInterface> interfaces_;
    std::optional<PacketError> error_;
};

// A time stamp of an interface in nanoseconds since 1970. Nothing, where 64 bits can't say it.
[[nodiscard]] std::optional<std::uint64_t> capture_time(std::uint64_t ticks,
                                                        const CaptureInterface& interface) noexcept;

}  // namespace pier::packet
