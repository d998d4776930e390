// Capture files, put together by hand.
#include "hex.hpp"

#include <pier/packet/capture/reader.hpp>
#include <pier/packet/capture/writer.hpp>

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <string>

using namespace pier::packet;

namespace {

using File = std::vector<std::byte>;

struct Read {
    std::vector<File> packets;
    std::vector<std::optional<std::uint64_t>> times;
    std::string error;
    std::size_t offset = 0;
};

Read read_all(const File& file, std::size_t piece) {
    Read read;
    CaptureReader reader;
    for (std::size_t at = 0; at < file.size(); at += piece) {
        reader.feed(up_to(Bytes(file).subspan(at), piece));
        for (;;) {
            const auto next = reader.next();
            if (!next) {
                read.error = next.error().sentence;
                read.offset = next.error().offset;
                return read;
            }
            if (!*next) break;
            read.packets.emplace_back((*next)->data.begin(), (*next)->data.end());
            read.times.push_back((*next)->time_ns);
        }
    }
    const auto end = reader.finish();
    if (!end) read.error = end.error().sentence;
    return read;
}

std::string error_of(std::string_view digits) { return read_all(hex(digits), 1000).error; }

void append(File& file, const PacketResult<std::size_t>& size, const File& room) {
    REQUIRE(size);
    file.insert(file.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(*size));
}

constexpr std::uint64_t some_time = 1'700'000'000'123'456'789;

}  // namespace

TEST_CASE("pcap: micro- and nanoseconds in both orders, by hand") {
    const std::string record_little = "01000000 02000000 03000000 40000000 aabbcc";
    for (const auto& [header, record, time] :
         {std::array<std::string, 3>{"d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000", record_little,
                                     "1000002000"},
          {"4d3cb2a1 0200 0400 00000000 00000000 ffff0000 01000000", record_little, "1000000002"},
          {"a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000001", "00000001 00000002 00000003 00000040 aabbcc",
           "1000002000"},
          {"a1b23c4d 0002 0004 00000000 00000000 0000ffff 00000001", "00000001 00000002 00000003 00000040 aabbcc",
           "1000000002"}}) {
        const Read read = read_all(hex(header + record + record), 5);
        CHECK(read.error == "");
        REQUIRE(read.packets.size() == 2);
        CHECK(is_same(read.packets[1], hex("aabbcc")));
        CHECK(std::to_string(read.times[1].value()) == time);
    }
}

TEST_CASE("capture: what is written is read, in pieces of any size") {
    for (const FileOrder order : {FileOrder::little, FileOrder::big}) {
        const File data = hex("0102030405");
        File room(200);
        File pcap;
        const PcapFormat format{order, true, LinkType::raw_ip, 1000};
        append(pcap, write_pcap_header(format, room), room);
        append(pcap, write_pcap_record(format, some_time, 60, data, room), room);
        File ng;
        append(ng, write_pcapng_section(order, room), room);
        append(ng, write_pcapng_interface(order, LinkType::raw_ip, 1000, "eth0", room), room);
        append(ng, write_enhanced_packet(order, 0, some_time, 60, data, room), room);
        append(ng, write_interface_statistics(order, 0, some_time, 7, 8, room), room);
        append(ng, write_simple_packet(order, 5, data, room), room);
        for (std::size_t piece = 1; piece < 60; ++piece) {
            CAPTURE(piece);
            const Read first = read_all(pcap, piece);
            CHECK(first.error == "");
            REQUIRE(first.packets.size() == 1);
            CHECK(first.packets[0] == data);
            CHECK(first.times[0] == some_time);
            const Read second = read_all(ng, piece);
            CHECK(second.error == "");
            REQUIRE(second.packets.size() == 2);
            CHECK(second.packets[0] == data);
            CHECK(second.times[0] == some_time);
            CHECK(second.packets[1] == data);
            CHECK_FALSE(second.times[1]);
        }
        for (const File* file : {&pcap, &ng}) {
            for (std::size_t size = 0; size < file->size(); ++size) {
                File cut(file->begin(), file->begin() + static_cast<std::ptrdiff_t>(size));
                // Between two blocks a file may end.
                const Read read = read_all(cut, 1000);
                CHECK((read.error != "" || read.packets.size() < 2));
            }
        }
        CaptureReader reader;
        reader.feed(ng);
        CHECK((*reader.next())->link == LinkType::raw_ip);
        CHECK((*reader.next())->original_length == 5);
        CHECK(reader.format() == CaptureFormat::pcapng);
        REQUIRE(reader.interfaces().size() == 1);
        CHECK(reader.interfaces()[0].received == 7);
        CHECK(reader.interfaces()[0].dropped == 8);
        CHECK(reader.interfaces()[0].resolution == 9);
    }
}

TEST_CASE("capture: time stamps by their resolution") {
    CaptureInterface interface;
    const auto time = [&](std::uint8_t resolution, std::uint64_t ticks) {
        interface.resolution = resolution;
        return capture_time(ticks, interface);
    };
    CHECK(time(0, 2) == 2'000'000'000U);
    CHECK(time(6, 1'000'001) == 1'000'001'000U);
    CHECK(time(9, 7) == 7U);
    CHECK(time(12, 1'500'000'000'999) == 1'500'000'000U);
    CHECK(time(19, 15'000'000'000'000'000'000U) == 1'500'000'000U);
    CHECK(time(20, 1) == std::nullopt);
    CHECK(time(255, 1) == std::nullopt);
    CHECK(time(128 + 1, 3) == 1'500'000'000U);
    CHECK(time(128 + 32, 0x1'8000'0000) == 1'500'000'000U);
    CHECK(time(128 + 63, 0x4000'0000'0000'0000) == 500'000'000U);
    CHECK(time(0, UINT64_MAX) == std::nullopt);
    interface.offset_s = -1;
    CHECK(time(0, 2) == 1'000'000'000U);
    CHECK(time(0, 0) == std::nullopt);
    interface.offset_s = 5;
    CHECK(time(0, 2) == 7'000'000'000U);
}

TEST_CASE("capture: lengths that can't be are errors, with their place") {
    CHECK(error_of("") == "capture file at 0: it ends in its header");
    CHECK(error_of("00112233") == "capture file at 0: neither pcap nor pcapng begins like this");
    CHECK(error_of("d4c3b2a1 0300 0400 00000000 00000000 ffff0000 01000000") ==
          "pcap header at 0: says version 3, 2 is known");
    const std::string header = "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000";
    CHECK(error_of(header) == "");
    CHECK(error_of(header + "00000000 00000000 01000000 01000000") ==
          "capture file at 24: it ends in a packet or a block");
    CHECK(error_of(header + "00000000 00000000 ffffffff 01000000") ==
          "pcap record at 24: says 4294967295 bytes, 262144 are the most");
    const std::string section = "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000";
    CHECK(error_of(section) == "");
    CHECK(error_of("0a0d0d0a 1c000000 00000000") == "pcapng block at 0: the section has no byte order");
    CHECK(error_of("0a0d0d0a 18000000 4d3c2b1a") == "pcapng block at 0: says 24 bytes, 28 are the least");
    CHECK(error_of("0a0d0d0a 1c000000 4d3c2b1a 0200 0000 ffffffffffffffff 1c000000") ==
          "pcapng block at 0: says version 2, 1 is known");
    CHECK(error_of(section + "01000000 0b000000 00000000") == "pcapng block at 28: says 11 bytes, 12 are the least");
    CHECK(error_of(section + "01000000 0d000000 00000000") ==
          "pcapng block at 28: says 13 bytes, which is no multiple of 4");
    CHECK(error_of(section + "01000000 00000040 00000000") ==
          "pcapng block at 28: says 1073741824 bytes, 16777216 are the most");
    CHECK(error_of(section + "99000000 0c000000 10000000") ==
          "pcapng block at 28: the length at its end is not the one at its beginning");
    CHECK(error_of(section + "99000000 0c000000 0c000000") == "");
    CHECK(error_of(section + "06000000 20000000 00000000 00000000 00000000 00000000 00000000 20000000") ==
          "pcapng block at 28: interface 0 has not been described");
    CHECK(error_of(section + "03000000 10000000 00000000 10000000") ==
          "pcapng block at 28: interface 0 has not been described");
    const std::string interface = "01000000 14000000 01000000 04000000 14000000";
    CHECK(error_of(section + interface + "06000000 20000000 00000000 00000000 00000000 01000000 01000000 20000000") ==
          "pcapng block at 48: says 1 bytes of packet, which have no place in it");
    // A simple packet is cut at the interface's limit, here of 4 bytes.
    const Read read = read_all(hex(section + interface + "03000000 14000000 09000000 01020304 14000000"), 3);
    CHECK(read.error == "");
    REQUIRE(read.packets.size() == 1);
    CHECK(is_same(read.packets[0], hex("01020304")));
    CHECK(
        read_all(hex(section + "06000000 20000000 00000000 00000000 00000000 00000000 00000000 20000000"), 9).offset ==
        36);
}
