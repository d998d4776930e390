#include <pier/packet/capture/reader.hpp>

#include <string>

namespace pier::packet {
namespace {

constexpr std::uint32_t micro_magic = 0xa1b2c3d4;
constexpr std::uint32_t nano_magic = 0xa1b23c4d;
constexpr std::uint32_t section_magic = 0x0a0d0d0a;
constexpr std::size_t file_header = 24;
constexpr std::size_t record_header = 16;

}  // namespace

void CaptureReader::feed(Bytes piece) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(place_));
    before_ += place_;
    place_ = 0;
    buffer_.insert(buffer_.end(), piece.begin(), piece.end());
}

PacketResult<std::optional<CapturedPacket>> CaptureReader::next() {
    if (error_) return std::unexpected(*error_);
    for (;;) {  // each turn reads some bytes, or returns
        CapturedPacket packet;
        const auto done = step(packet);
        if (!done) {
            error_ = done.error();
            return std::unexpected(*error_);
        }
        if (*done == Step::packet) return packet;
        if (*done == Step::wants_more) return std::nullopt;
    }
}

PacketResult<void> CaptureReader::finish() const {
    if (error_) return std::unexpected(*error_);
    const std::size_t left = rest().size();
    if (format_ == CaptureFormat::unknown) return packet_error("capture file", 0, left, "it ends in its header");
    if (left > 0) return packet_error("capture file", at(), left, "it ends in a packet or a block");
    return {};
}

PacketResult<CaptureReader::Step> CaptureReader::step(CapturedPacket& packet) {
    switch (format_) {
        case CaptureFormat::pcap:
            return read_record(packet);
        case CaptureFormat::pcapng:
            return read_block(packet);
        case CaptureFormat::unknown:
            break;
    }
    return read_magic();
}

PacketResult<CaptureReader::Step> CaptureReader::read_magic() {
    const Bytes bytes = rest();
    if (bytes.size() < 4) return Step::wants_more;
    if (load<std::uint32_t>(bytes, 0) == section_magic) {
        format_ = CaptureFormat::pcapng;
        return Step::other;
    }
    std::optional<FileOrder> order;
    for (const FileOrder each : {FileOrder::little, FileOrder::big}) {
        const auto magic = load_in<std::uint32_t>(each, bytes, 0);
        if (magic == micro_magic || magic == nano_magic) order = each;
    }
    if (!order) return packet_error("capture file", 0, 0, "neither pcap nor pcapng begins like this");
    if (bytes.size() < file_header) return Step::wants_more;
    order_ = *order;
    const auto major = load_in<std::uint16_t>(order_, bytes, 4);
    if (major != 2) return packet_error("pcap header", 0, 4, "says version " + std::to_string(major) + ", 2 is known");
    CaptureInterface interface;
    // The upper bits say whether there is a check sequence behind each frame.
    interface.link = static_cast<LinkType>(number(bytes, 20) & 0xffff);
    interface.snap_length = number(bytes, 16);
    interface.resolution = number(bytes, 0) == nano_magic ? 9 : 6;
    interfaces_.push_back(interface);
    format_ = CaptureFormat::pcap;
    place_ += file_header;
    return Step::other;
}

PacketResult<CaptureReader::Step> CaptureReader::read_record(CapturedPacket& packet) {
    const Bytes bytes = rest();
    if (bytes.size() < record_header) return Step::wants_more;
    const CaptureInterface& interface = interfaces_.front();
    const std::uint64_t units = interface.resolution == 9 ? 1'000'000'000 : 1'000'000;
    const std::size_t captured = number(bytes, 8);
    // More than the file's own limit is taken, because there are writers that do it.
    if (captured > most_captured_bytes) {
        return packet_error(
            "pcap record", at(), 8,
            "says " + std::to_string(captured) + " bytes, " + std::to_string(most_captured_bytes) + " are the most");
    }
    if (bytes.size() - record_header < captured) return Step::wants_more;
    packet.link = interface.link;
    packet.time_ns = capture_time(number(bytes, 0) * units + number(bytes, 4), interface);
    packet.original_length = number(bytes, 12);
    packet.data = bytes.subspan(record_header, captured);
    place_ += record_header + captured;
    return Step::packet;
}

std::optional<std::uint64_t> capture_time(std::uint64_t ticks, const CaptureInterface& interface) noexcept {
    constexpr std::uint64_t second = 1'000'000'000;
    std::uint64_t seconds = 0;
    std::uint64_t rest_ns = 0;
    if (interface.resolution < 128) {
        const unsigned digits = interface.resolution;
        std::uint64_t units = 1;  // in a second
        for (unsigned i = 0; i < digits && i < 19; ++i) units *= 10;
        if (digits > 19) return std::nullopt;  // a second is more than 64 bits have
        seconds = ticks / units;
        const std::uint64_t rest = ticks % units;
        rest_ns = units <= second ? rest * (second / units) : rest / (units / second);
    } else {
        const unsigned bits = interface.resolution - 128U;
        if (bits > 63) return std::nullopt;
        seconds = ticks >> bits;
        std::uint64_t rest = ticks - (seconds << bits);
        // 34 bits and those of 10^9 are 64.
        const unsigned shift = bits > 34 ? bits - 34 : 0;
        rest_ns = (rest >> shift) * second >> (bits - shift);
    }
    const auto offset = static_cast<std::uint64_t>(interface.offset_s);
    const bool back = interface.offset_s < 0;
    const std::uint64_t distance = back ? 0 - offset : offset;
    if (back ? distance > seconds : distance > UINT64_MAX - seconds) return std::nullopt;
    seconds = back ? seconds - distance : seconds + distance;
    if (seconds > (UINT64_MAX - rest_ns) / second) return std::nullopt;
    return seconds * second + rest_ns;
}

}  // namespace pier::packet
