#include <pier/packet/capture/writer.hpp>

#include "pcapng_blocks.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace pier::packet {
namespace {

// A block in the room: the length stands at both ends.
class Block {
public:
    Block(FileOrder order, std::uint32_t type, std::size_t size, Room room) noexcept
        : order_(order), room_(room.first(size)) {
        std::ranges::fill(room_, std::byte{});
        put(type);
        put(static_cast<std::uint32_t>(size));
        store_in(order_, room_, size - 4, static_cast<std::uint32_t>(size));
    }
    template <NetworkNumber Number>
    void put(Number number) noexcept {
        store_in(order_, room_, place_, number);
        place_ += sizeof number;
    }
    // And zeros up to a multiple of four.
    void put(Bytes bytes) noexcept {
        place(room_, place_, bytes);
        place_ += pcapng::padded(bytes.size());
    }
    void option(std::uint16_t code, Bytes value) noexcept {
        put(code);
        put(static_cast<std::uint16_t>(value.size()));
        put(value);
    }
    void option(std::uint16_t code, std::uint64_t number) noexcept {
        put(code);
        put(std::uint16_t{8});
        put(number);
    }

private:
    FileOrder order_;
    Room room_;
    std::size_t place_ = 0;
};

std::optional<PacketError> what_hinders(std::string_view what, Bytes data, std::size_t size, Room room) {
    if (data.size() > most_captured_bytes) {
        return not_buildable(what, std::to_string(data.size()) + " bytes of packet are too many").error();
    }
    if (room.size() < size) return no_room(what, size, room.size()).error();
    return std::nullopt;
}

}  // namespace

PacketResult<std::size_t> write_pcap_header(const PcapFormat& format, Room room) {
    if (room.size() < 24) return no_room("pcap header", 24, room.size());
    std::size_t at = 0;
    const auto put = [&]<NetworkNumber Number>(Number number) {
        store_in(format.order, room, at, number);
        at += sizeof number;
    };
    put(std::uint32_t{format.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4});
    put(std::uint16_t{2});
    put(std::uint16_t{4});
    put(std::uint32_t{0});  // the time zone, which nobody fills in
    put(std::uint32_t{0});  // nor this, the accuracy of times
    put(format.snap_length);
    put(static_cast<std::uint32_t>(format.link));
    return at;
}

PacketResult<std::size_t> write_pcap_record(const PcapFormat& format, std::uint64_t time_ns,
                                            std::uint32_t original_length, Bytes data, Room room) {
    constexpr std::string_view what = "pcap record";
    const std::size_t size = 16 + data.size();
    if (const auto error = what_hinders(what, data, size, room)) return std::unexpected(*error);
    const std::uint64_t seconds = time_ns / 1'000'000'000;
    if (seconds > UINT32_MAX) return not_buildable(what, "a time after the year 2106");
    const std::uint64_t rest = time_ns % 1'000'000'000;
    place(room, 16, data);
    store_in(format.order, room, 0, static_cast<std::uint32_t>(seconds));
    store_in(format.order, room, 4, static_cast<std::uint32_t>(format.nanoseconds ? rest : rest / 1000));
    store_in(format.order, room, 8, static_cast<std::uint32_t>(data.size()));
    store_in(format.order, room, 12, original_length);
    return size;
}

PacketResult<std::size_t> write_pcapng_section(FileOrder order, Room room) {
    constexpr std::size_t size = 28;
    if (room.size() < size) return no_room("pcapng section", size, room.size());
    Block block(order, pcapng::section, size, room);
    block.put(pcapng::order_magic);
    block.put(std::uint16_t{1});
    block.put(std::uint16_t{0});
    block.put(UINT64_MAX);  // the section's length is not known
    return size;
}

PacketResult<std::size_t> write_pcapng_interface(FileOrder order, LinkType link, std::uint32_t snap_length,
                                                 std::string_view name, Room room) {
    constexpr std::string_view what = "pcapng interface";
    if (name.size() > 0xffff) return not_buildable(what, "the name is too long");
    const std::size_t named = name.empty() ? 0 : 4 + pcapng::padded(name.size());
    const std::size_t size = 16 + named + 8 + 4 + 4;
    if (room.size() < size) return no_room(what, size, room.size());
    Block block(order, pcapng::interface_description, size, room);
    block.put(static_cast<std::uint16_t>(link));
    block.put(std::uint16_t{0});
    block.put(snap_length);
    if (!name.empty()) block.option(pcapng::if_name, std::as_bytes(std::span(name)));
    block.option(pcapng::if_tsresol, std::array{std::byte{9}});
    block.option(pcapng::end_of_options, Bytes{});
    return size;
}

PacketResult<std::size_t> write_enhanced_packet(FileOrder order, std::uint32_t interface, std::uint64_t time_ns,
                                                std::uint32_t original_length, Bytes data, Room room) {
    const std::size_t size = 32 + pcapng::padded(data.size());
    if (const auto error = what_hinders("enhanced packet block", data, size, room)) return std::unexpected(*error);
    Block block(order, pcapng::enhanced_packet, size, room);
    block.put(interface);
    block.put(static_cast<std::uint32_t>(time_ns >> 32));
    block.put(static_cast<std::uint32_t>(time_ns & 0xffffffff));
    block.put(static_cast<std::uint32_t>(data.size()));
    block.put(original_length);
    block.put(data);
    return size;
}

PacketResult<std::size_t> write_simple_packet(FileOrder order, std::uint32_t original_length, Bytes data, Room room) {
    const std::size_t size = 16 + pcapng::padded(data.size());
    if (const auto error = what_hinders("simple packet block", data, size, room)) return std::unexpected(*error);
    Block block(order, pcapng::simple_packet, size, room);
    block.put(original_length);
    block.put(data);
    return size;
}

PacketResult<std::size_t> write_interface_statistics(FileOrder order, std::uint32_t interface, std::uint64_t time_ns,
                                                     std::uint64_t received, std::uint64_t dropped, Room room) {
    constexpr std::size_t size = 24 + 2 * 12 + 4;
    if (room.size() < size) return no_room("interface statistics block", size, room.size());
    Block block(order, pcapng::interface_statistics, size, room);
    block.put(interface);
    block.put(static_cast<std::uint32_t>(time_ns >> 32));
    block.put(static_cast<std::uint32_t>(time_ns & 0xffffffff));
    block.option(pcapng::isb_ifrecv, received);
    block.option(pcapng::isb_ifdrop, dropped);
    block.option(pcapng::end_of_options, Bytes{});
    return size;
}

}  // namespace pier::packet
