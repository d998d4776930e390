#include "show.hpp"

#include <pier/packet/capture/writer.hpp>
#include <pier/packet/text/describe.hpp>
#include <pier/packet/text/tree.hpp>

#include <algorithm>

namespace send_frame {
namespace {

namespace packet = pier::packet;

void add_hexadecimal(std::string& text, std::size_t number, unsigned digits) {
    constexpr std::string_view letters = "0123456789abcdef";
    while (digits-- > 0) text += letters[number >> (4 * digits) & 15U];
}

// As tcpdump -xx has it, with the characters behind.
std::string dump(packet::Bytes bytes) {
    constexpr std::size_t in_line = 16;
    std::string text;
    for (std::size_t at = 0; at < bytes.size(); at += in_line) {
        const packet::Bytes line = packet::up_to(bytes.subspan(at), in_line);
        std::string digits, letters;
        for (const std::byte byte : line) {
            if (letters.size() % 2 == 0) digits += ' ';
            const auto value = std::to_integer<std::uint8_t>(byte);
            add_hexadecimal(digits, value, 2);
            letters += value >= 0x20 && value < 0x7f ? static_cast<char>(value) : '.';
        }
        digits.resize(40, ' ');
        text += "0x";
        add_hexadecimal(text, at, at > 0xffff ? 8 : 4);
        text.append(": ").append(digits).append("  ").append(letters).append("\n");
    }
    return text;
}

}  // namespace

std::string show(const Frame& frame) {
    const packet::Dissection dissection = packet::dissect(frame.bytes, frame.link);
    std::string text = packet::describe(dissection) + "\n";
    for (const packet::TreeLine& line : packet::layer_tree(dissection)) {
        text.append(2 + 2 * std::size_t{line.depth}, ' ').append(line.text).append("\n");
    }
    return text + dump(frame.bytes);
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
