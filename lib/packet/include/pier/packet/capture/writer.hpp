// Parts of capture files, written into the room of the caller: pcap and pcapng.
#pragma once

#include <pier/packet/capture/reader.hpp>

#include <string_view>

namespace pier::packet {

// Each returns how many bytes it has written to the front of the room. Errors: the room, a packet of more than
// most_captured_bytes, a name of more than 65,535 bytes, a time that 32 bits of seconds can't say (pcap).

struct PcapFormat {
    FileOrder order = FileOrder::little;
    bool nanoseconds = true;  // else microseconds
    LinkType link = LinkType::ethernet;
    std::uint32_t snap_length = most_captured_bytes;
};

// 24 bytes, once, before all records.
[[nodiscard]] PacketResult<std::size_t> write_pcap_header(const PcapFormat& format, Room room);
// 16 bytes and the packet. `original_length` is what it had on the wire.
[[nodiscard]] PacketResult<std::size_t> write_pcap_record(const PcapFormat& format, std::uint64_t time_ns,
                                                          std::uint32_t original_length, Bytes data, Room room);

// A section's header comes first, then a description for each interface, which number them from 0.
[[nodiscard]] PacketResult<std::size_t> write_pcapng_section(FileOrder order, Room room);
// Times of its packets are in nanoseconds. `name` may be empty.
[[nodiscard]] PacketResult<std::size_t> write_pcapng_interface(FileOrder order, LinkType link,
                                                               std::uint32_t snap_length, std::string_view name,
                                                               Room room);
[[nodiscard]] PacketResult<std::size_t> write_enhanced_packet(FileOrder order, std::uint32_t interface,
                                                              std::uint64_t time_ns, std::uint32_t original_length,
                                                              Bytes data, Room room);
// Of interface 0, without a time. `data` is the packet up to the interface's limit.
[[nodiscard]] PacketResult<std::size_t> write_simple_packet(FileOrder order, std::uint32_t original_length, Bytes data,
                                                            Room room);
[[nodiscard]] PacketResult<std::size_t> write_interface_statistics(FileOrder order, std::uint32_t interface,
                                                                   std::uint64_t time_ns, std::uint64_t received,
                                                                   std::uint64_t dropped, Room room);

}  // namespace pier::packet
