#include "show.hpp"

#include <pier/packet/capture/writer.hpp>
#include <pier/packet/text/describe.hpp>
#include <pier/packet/text/hex_dump.hpp>
#include <pier/packet/text/tree.hpp>

#include <algorithm>

namespace send_frame {
namespace {

namespace packet = pier::packet;

}  // namespace

std::string show(const Frame& frame) {
    const packet::Dissection dissection = packet::dissect(frame.bytes, frame.link);
    return packet::describe(dissection) + "\n" + packet::layer_tree_text(dissection) + packet::hex_dump(frame.bytes);
}

std::expected<ByteVector, std::string> capture_of(const std::vector<Frame>& frames, std::uint64_t time_ns) {
    packet::PcapFormat format;
    format.link = frames.front().link;
    ByteVector file(24);
    const auto header = packet::write_pcap_header(format, file);
    if (!header) return std::unexpected(header.error().sentence);
    for (const Frame& frame : frames) {
        if (frame.link != format.link) return std::unexpected("frames and packets of IP can't be in one pcap file");
        const std::size_t before = file.size();
        file.resize(before + 16 + frame.bytes.size());
        const auto size = static_cast<std::uint32_t>(frame.bytes.size());
        const auto record =
            packet::write_pcap_record(format, time_ns, size, frame.bytes, packet::Room(file).subspan(before));
        if (!record) return std::unexpected(record.error().sentence);
    }
    return file;
}

}  // namespace send_frame
