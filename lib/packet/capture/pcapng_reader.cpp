#include <pier/packet/capture/reader.hpp>

#include "pcapng_blocks.hpp"

#include <algorithm>
#include <string>

namespace pier::packet {
namespace {

constexpr std::string_view block_name = "pcapng block";

// The options behind the fixed part of a block, up to the length at its end.
class BlockOptions {
public:
    BlockOptions(FileOrder order, Bytes block, std::size_t fixed) noexcept
        : order_(order), bytes_(block.first(block.size() - 4)), place_(std::min(fixed, bytes_.size())) {}

    // False at the end. What doesn't fit into the block ends the list, too: nothing depends on an option.
    bool next() noexcept {
        if (bytes_.size() - place_ < 4) return false;
        code_ = load_in<std::uint16_t>(order_, bytes_, place_);
        const std::size_t size = load_in<std::uint16_t>(order_, bytes_, place_ + 2);
        if (code_ == pcapng::end_of_options || bytes_.size() - place_ - 4 < size) return false;
        value_ = bytes_.subspan(place_ + 4, size);
        place_ = std::min(place_ + 4 + pcapng::padded(size), bytes_.size());
        return true;
    }
    [[nodiscard]] std::uint16_t code() const noexcept { return code_; }
    [[nodiscard]] Bytes value() const noexcept { return value_; }
    [[nodiscard]] std::optional<std::uint64_t> number() const noexcept {
        if (value_.size() != 8) return std::nullopt;
        return load_in<std::uint64_t>(order_, value_, 0);
    }

private:
    FileOrder order_;
    Bytes bytes_;
    std::size_t place_;
    std::uint16_t code_ = 0;
    Bytes value_;
};

std::string says(std::size_t size) { return "says " + std::to_string(size) + " bytes"; }

}  // namespace

PacketResult<CaptureReader::Step> CaptureReader::read_block(CapturedPacket& packet) {
    const Bytes bytes = rest();
    if (bytes.size() < 12) return Step::wants_more;
    const bool section = load<std::uint32_t>(bytes, 0) == pcapng::section;
    if (section) {  // which says the order of its own length
        const bool little = load_in<std::uint32_t>(FileOrder::little, bytes, 8) == pcapng::order_magic;
        const bool big = load_in<std::uint32_t>(FileOrder::big, bytes, 8) == pcapng::order_magic;
        if (!little && !big) return packet_error(block_name, at(), 8, "the section has no byte order");
        order_ = little ? FileOrder::little : FileOrder::big;
    }
    const std::size_t size = number(bytes, 4);
    const std::size_t least = section ? 28 : 12;
    if (size < least)
        return packet_error(block_name, at(), 4, says(size) + ", " + std::to_string(least) + " are the least");
    if (size % 4 != 0) return packet_error(block_name, at(), 4, says(size) + ", which is no multiple of 4");
    if (size > most_block_bytes) {
        return packet_error(block_name, at(), 4,
                            says(size) + ", " + std::to_string(most_block_bytes) + " are the most");
    }
    if (bytes.size() < size) return Step::wants_more;
    const Bytes block = bytes.first(size);
    if (number(block, size - 4) != size) {
        return packet_error(block_name, at(), size - 4, "the length at its end is not the one at its beginning");
    }
    PacketResult<Step> done = Step::other;
    if (section) {
        done = read_section(block);
    } else if (const std::uint32_t type = number(block, 0); type == pcapng::interface_description) {
        done = read_interface(block);
    } else if (type == pcapng::enhanced_packet) {
        done = read_enhanced(block, packet);
    } else if (type == pcapng::simple_packet) {
        done = read_simple(block, packet);
    } else if (type == pcapng::interface_statistics) {
        done = read_statistics(block);
    }
    if (done) place_ += size;
    return done;
}

PacketResult<CaptureReader::Step> CaptureReader::read_section(Bytes block) {
    const auto major = load_in<std::uint16_t>(order_, block, 12);
    if (major != 1) return packet_error(block_name, at(), 12, "says version " + std::to_string(major) + ", 1 is known");
    interfaces_.clear();
    return Step::other;
}

PacketResult<CaptureReader::Step> CaptureReader::read_interface(Bytes block) {
    if (block.size() < 20) return packet_error(block_name, at(), 4, says(block.size()) + ", an interface has 20");
    if (interfaces_.size() == most_interfaces)
        return packet_error(block_name, at(), 0, "more interfaces than are read");
    CaptureInterface interface;
    interface.link = static_cast<LinkType>(load_in<std::uint16_t>(order_, block, 8));
    interface.snap_length = number(block, 12);
    for (BlockOptions options(order_, block, 16); options.next();) {
        if (options.code() == pcapng::if_tsresol && options.value().size() == 1) {
            interface.resolution = load<std::uint8_t>(options.value(), 0);
        }
        if (options.code() == pcapng::if_tsoffset && options.number()) {
            interface.offset_s = static_cast<std::int64_t>(*options.number());
        }
    }
    interfaces_.push_back(interface);
    return Step::other;
}

PacketResult<CaptureReader::Step> CaptureReader::read_enhanced(Bytes block, CapturedPacket& packet) {
    if (block.size() < 32) return packet_error(block_name, at(), 4, says(block.size()) + ", an enhanced packet has 32");
    const std::uint32_t index = number(block, 8);
    if (index >= interfaces_.size()) {
        return packet_error(block_name, at(), 8, "interface " + std::to_string(index) + " has not been described");
    }
    const std::size_t captured = number(block, 20);
    if (captured > block.size() - 32 || captured > most_captured_bytes) {
        return packet_error(block_name, at(), 20, says(captured) + " of packet, which have no place in it");
    }
    packet.interface = index;
    packet.link = interfaces_[index].link;
    packet.time_ns = capture_time(std::uint64_t{number(block, 12)} << 32 | number(block, 16), interfaces_[index]);
    packet.original_length = number(block, 24);
    packet.data = block.subspan(28, captured);
    return Step::packet;
}

PacketResult<CaptureReader::Step> CaptureReader::read_simple(Bytes block, CapturedPacket& packet) {
    if (block.size() < 16) return packet_error(block_name, at(), 4, says(block.size()) + ", a simple packet has 16");
    if (interfaces_.empty()) return packet_error(block_name, at(), 0, "interface 0 has not been described");
    packet.link = interfaces_.front().link;
    packet.original_length = number(block, 8);
    // It says no captured length: the packet is cut at the interface's limit alone.
    std::size_t captured = packet.original_length;
    const std::size_t limit = interfaces_.front().snap_length;
    if (limit != 0) captured = std::min(captured, limit);
    if (captured > block.size() - 16 || captured > most_captured_bytes) {
        return packet_error(block_name, at(), 8, says(captured) + " of packet, which have no place in it");
    }
    packet.data = block.subspan(12, captured);
    return Step::packet;
}

PacketResult<CaptureReader::Step> CaptureReader::read_statistics(Bytes block) {
    if (block.size() < 24) return packet_error(block_name, at(), 4, says(block.size()) + ", statistics have 24");
    const std::uint32_t index = number(block, 8);
    if (index >= interfaces_.size()) {
        return packet_error(block_name, at(), 8, "interface " + std::to_string(index) + " has not been described");
    }
    for (BlockOptions options(order_, block, 20); options.next();) {
        if (options.code() == pcapng::isb_ifrecv) interfaces_[index].received = options.number();
        if (options.code() == pcapng::isb_ifdrop) interfaces_[index].dropped = options.number();
    }
    return Step::other;
}

}  // namespace pier::packet
