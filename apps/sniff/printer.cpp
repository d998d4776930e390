#include "printer.hpp"

#include <nlohmann/json.hpp>
#include <pier/packet/ethernet.hpp>
#include <pier/packet/text/describe.hpp>
#include <pier/packet/text/hex_dump.hpp>
#include <pier/packet/text/tree.hpp>

namespace sniff {
namespace {

namespace packet = pier::packet;
using Json = nlohmann::ordered_json;

bool is_ethernet(const packet::Dissection& dissection) {
    return !dissection.layers().empty() && dissection.layers().front().kind == packet::LayerKind::ethernet;
}

// "02:..:01 > 02:..:02, length 98: "
void add_link_header(std::string& text, const Packet& one, const packet::Dissection& dissection) {
    if (!is_ethernet(dissection)) return;
    const auto ethernet = packet::Ethernet::read(one.data);
    if (!ethernet) return;
    text += ethernet->source().to_string() + " > " + ethernet->destination().to_string() + ", length " +
            std::to_string(one.original_size) + ": ";
}

std::string hexadecimal(packet::Bytes bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const std::byte byte : bytes) {
        text += digits[std::to_integer<std::size_t>(byte) >> 4U];
        text += digits[std::to_integer<std::size_t>(byte) & 15U];
    }
    return text;
}

}  // namespace

void Printer::add(std::string& text, const Packet& one, const packet::Dissection& dissection) {
    if (options_.json) {
        add_json(text, one, dissection);
        return;
    }
    if (!options_.quiet) {
        time_.add(text, one.time_ns);
        if (options_.link_header) add_link_header(text, one, dissection);
        text += packet::describe(dissection, verify(one));
        text += '\n';
    }
    if (options_.tree) text += packet::layer_tree_text(dissection);
    if (options_.hex == HexDump::none) return;
    const bool leaves_header_out = !options_.link_header && is_ethernet(dissection);
    const std::size_t begin = leaves_header_out ? dissection.layers().front().header_size : 0;
    const auto letters = options_.hex == HexDump::digits ? packet::DumpLetters::no : packet::DumpLetters::yes;
    text += packet::hex_dump(one.data.subspan(begin), letters);
}

packet::VerifyChecksums Printer::verify(const Packet& one) const noexcept {
    return options_.verbose && one.has_checksums ? packet::VerifyChecksums::yes : packet::VerifyChecksums::no;
}

void Printer::add_json(std::string& text, const Packet& one, const packet::Dissection& dissection) const {
    Json fact;
    if (one.time_ns) fact["time_ns"] = *one.time_ns;
    fact["length"] = one.original_size;
    if (one.data.size() != one.original_size) fact["captured"] = one.data.size();
    fact["summary"] = packet::describe(dissection, verify(one));
    Json layers = Json::array();
    for (const packet::Layer& layer : dissection.layers()) {
        layers.push_back({{"name", packet::name_of(layer.kind)}, {"offset", layer.offset}, {"size", layer.size}});
    }
    fact["layers"] = std::move(layers);
    if (options_.tree) {
        Json lines = Json::array();
        for (const packet::TreeLine& line : packet::layer_tree(dissection)) {
            lines.push_back({{"depth", line.depth}, {"text", line.text}, {"offset", line.offset}, {"size", line.size}});
        }
        fact["tree"] = std::move(lines);
    }
    if (dissection.error()) fact["error"] = dissection.error()->sentence;
    if (options_.hex != HexDump::none) fact["bytes"] = hexadecimal(one.data);
    text += fact.dump();
    text += '\n';
}

}  // namespace sniff
