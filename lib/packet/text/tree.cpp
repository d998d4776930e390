#include <pier/packet/text/tree.hpp>

#include "parts.hpp"

#include <pier/packet/arp.hpp>
#include <pier/packet/ethernet.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/ipv6_extension.hpp>
#include <pier/packet/neighbour.hpp>
#include <pier/packet/text/describe.hpp>
#include <pier/packet/udp.hpp>

namespace pier::packet {
namespace {

std::string neighbour_option_text(const Option& option) {
    if (const auto prefix = prefix_of(option)) {
        return "prefix " + prefix->prefix.to_string() + "/" + std::to_string(prefix->length) + ", valid " +
               std::to_string(prefix->valid_s) + " s, preferred " + std::to_string(prefix->preferred_s) + " s";
    }
    if (const auto mtu = mtu_of(option)) return "mtu " + std::to_string(*mtu);
    if (const auto dns = recursive_dns_of(option)) {
        std::string text = "recursive DNS for " + std::to_string(dns->lifetime_s) + " s:";
        for (const Address& server : dns->servers) text += " " + server.to_string();
        return text;
    }
    const bool link =
        option.kind == neighbour_option::source_link_layer || option.kind == neighbour_option::target_link_layer;
    if (link && option.data.size() == 6) return "link-layer address " + MacAddress::load(option.data, 0).to_string();
    return "kind " + std::to_string(option.kind) + " of " + std::to_string(option.data.size()) + " bytes of data";
}

// Adds the lines of one layer.
class Branch {
public:
    Branch(std::vector<TreeLine>& lines, const Layer& layer, Bytes bytes)
        : lines_(lines), layer_(layer), bytes_(bytes) {}

    void add() {
        switch (layer_.kind) {
            case LayerKind::ethernet:
                return ethernet();
            case LayerKind::arp:
                return arp();
            case LayerKind::ipv4:
                return ipv4();
            case LayerKind::ipv6:
                return ipv6();
            case LayerKind::ipv6_extension:
                return extension();
            case LayerKind::icmp:
                return icmp();
            case LayerKind::icmpv6:
                return icmpv6();
            case LayerKind::tcp:
                return tcp();
            case LayerKind::udp:
                return udp();
            case LayerKind::dns:
                return dns();
            case LayerKind::data:
                return;
        }
    }

private:
    // `at` counts from the layer's beginning; the layer has that many bytes.
    void field(std::string_view name, const std::string& value, std::size_t at, std::size_t size) {
        lines_.push_back({1, std::string(name) + ": " + value, layer_.offset + at, size});
    }
    void field(std::string_view name, std::uint32_t value, std::size_t at, std::size_t size) {
        field(name, std::to_string(value), at, size);
    }
    void checksum(std::uint16_t value, std::size_t at) { field("checksum", in_hexadecimal(value), at, 2); }

    void ethernet() {
        const auto read = Ethernet::read(bytes_);
        if (!read) return;
        field("destination", read->destination().to_string(), 0, 6);
        field("source", read->source().to_string(), 6, 6);
        for (std::size_t i = 0; i < read->tag_count(); ++i) {
            const VlanTag tag = read->tag(i);
            field("VLAN", std::to_string(tag.identifier) + ", priority " + std::to_string(tag.priority), 12 + 4 * i, 4);
        }
        field(read->is_length() ? "length" : "type", in_hexadecimal(read->type()), read->header_size() - 2, 2);
    }

    void arp() {
        const auto read = Arp::read(bytes_);
        if (!read) return;
        field("operation", read->operation(), 6, 2);
        const auto fields = read->fields();
        if (!fields) {
            field("hardware type", read->hardware_type(), 0, 2);
            return field("protocol type", in_hexadecimal(read->protocol_type()), 2, 2);
        }
        field("sender", fields->sender.to_string() + " at " + fields->sender_mac.to_string(), 8, 10);
        field("target", fields->target.to_string() + " at " + fields->target_mac.to_string(), 18, 10);
    }

    void ipv4() {
        const auto read = Ipv4::read(bytes_);
        if (!read) return;
        field("header length", static_cast<std::uint32_t>(read->header_size()), 0, 1);
        field("DSCP", read->dscp(), 1, 1);
        field("ECN", read->ecn(), 1, 1);
        field("total length", read->total_length(), 2, 2);
        field("identification", read->identification(), 4, 2);
        std::string flags = read->dont_fragment() ? "don't fragment" : "";
        if (read->more_fragments()) flags += flags.empty() ? "more fragments" : ", more fragments";
        field("flags", flags.empty() ? "none" : flags, 6, 1);
        field("fragment offset", read->fragment_offset(), 6, 2);
        field("time to live", read->ttl(), 8, 1);
        field("protocol", protocol_text(read->protocol()), 9, 1);
        checksum(read->checksum(), 10);
        field("source", read->source().to_string(), 12, 4);
        field("destination", read->destination().to_string(), 16, 4);
        options(read->read_options(), 20);
    }

    void ipv6() {
        const auto read = Ipv6::read(bytes_);
        if (!read) return;
        field("traffic class", read->traffic_class(), 0, 2);
        field("flow label", in_hexadecimal(read->flow_label(), 5), 1, 3);
        field("payload length", read->payload_length(), 4, 2);
        field("next header", protocol_text(read->next_header()), 6, 1);
        field("hop limit", read->hop_limit(), 7, 1);
        field("source", read->source().to_string(), 8, 16);
        field("destination", read->destination().to_string(), 24, 16);
    }

    void extension() {
        const auto read = Ipv6Extension::read(static_cast<std::uint8_t>(layer_.protocol), bytes_);
        if (!read) return;
        field("next header", protocol_text(read->next_header()), 0, 1);
        if (read->is_fragment()) {
            field("fragment offset", read->fragment_offset(), 2, 2);
            field("more fragments", read->more_fragments() ? "yes" : "no", 3, 1);
            field("identification", in_hexadecimal(read->identification(), 8), 4, 4);
        } else if (read->is_routing()) {
            field("routing type", read->routing_type(), 2, 1);
            field("segments left", read->segments_left(), 3, 1);
        } else if (read->kind() == ip_protocol::ah) {
            field("security parameters index", in_hexadecimal(read->security_index(), 8), 4, 4);
            field("sequence number", read->sequence(), 8, 4);
        }
        options(read->read_options(), 2);
    }

    void icmp() {
        const auto read = Icmp::read(bytes_);
        if (!read) return;
        field("message", icmp_text(*read), 0, 8);
        checksum(read->checksum(), 2);
        original(read->original(), LinkType::ipv4);
    }

    void icmpv6() {
        const auto read = Icmpv6::read(bytes_);
        if (!read) return;
        field("message", icmpv6_text(*read), 0, 8);
        checksum(read->checksum(), 2);
        original(read->original(), LinkType::ipv6);
        const auto neighbour = Neighbour::read(*read, layer_.offset);
        if (!neighbour) return;
        const std::size_t at = bytes_.size() - neighbour->options().size();
        OptionReader reader = neighbour->read_options();
        for (;;) {
            const auto option = reader.next();
            if (!option) return field("options", option.error().sentence, at, 0);
            if (!*option) return;
            field("option", neighbour_option_text(**option), at + (*option)->offset, (*option)->data.size() + 2);
        }
    }

    // What an error is about, in the same words as a packet of its own.
    void original(Bytes bytes, LinkType link) {
        if (!bytes.empty()) field("original", describe(dissect(bytes, link)), Icmp::header_size, bytes.size());
    }

    void tcp() {
        const auto read = Tcp::read(bytes_);
        if (!read) return;
        field("source port", read->source_port(), 0, 2);
        field("destination port", read->destination_port(), 2, 2);
        field("sequence number", read->sequence(), 4, 4);
        field("acknowledgment number", read->acknowledgment(), 8, 4);
        field("header length", static_cast<std::uint32_t>(read->header_size()), 12, 1);
        field("flags", flags_text(*read), 13, 1);
        field("window", read->window(), 14, 2);
        checksum(read->checksum(), 16);
        field("urgent pointer", read->urgent_pointer(), 18, 2);
        if (!read->options().empty()) field("options", options_text(*read), 20, read->options().size());
    }

    void udp() {
        const auto read = Udp::read(bytes_);
        if (!read) return;
        field("source port", read->source_port(), 0, 2);
        field("destination port", read->destination_port(), 2, 2);
        field("length", read->length(), 4, 2);
        checksum(read->checksum(), 6);
    }

    void dns() {
        auto reader = DnsReader::read(bytes_);
        if (!reader) return;
        field("identifier", reader->header().identifier, 0, 2);
        field("flags", in_hexadecimal(reader->header().flags), 2, 2);
        const std::size_t size = bytes_.size() - 12;
        for (;;) {
            const auto question = reader->next_question();
            if (!question || !*question) break;
            field("question", dns_type_text((*question)->type) + " " + (*question)->name.to_string(), 12, size);
        }
        for (;;) {
            const auto record = reader->next_record();
            if (!record || !*record) return;
            const std::string life = ", " + std::to_string((*record)->ttl_s) + " s";
            field("record", (*record)->name.to_string() + " " + dns_record_text(**record) + life, 12, size);
        }
    }

    void options(OptionReader reader, std::size_t at) {
        for (;;) {
            const auto option = reader.next();
            if (!option) return field("options", option.error().sentence, at, 0);
            if (!*option) return;
            const std::size_t place = at + (*option)->offset;
            field("option",
                  "kind " + std::to_string((*option)->kind) + " of " + std::to_string((*option)->data.size()) +
                      " bytes of data",
                  place, 1);
        }
    }

    std::vector<TreeLine>& lines_;
    const Layer& layer_;
    Bytes bytes_;
};

std::string layer_text(const Dissection& found, const Layer& layer) {
    std::string text(layer.kind == LayerKind::ipv6_extension ? protocol_text(layer.protocol) + " header"
                                                             : std::string(name_of(layer.kind)));
    text += ", " + std::to_string(layer.size) + (layer.size == 1 ? " byte" : " bytes");
    switch (checksum_state(found, layer)) {
        case ChecksumState::right:
            return text + ", checksum is right";
        case ChecksumState::wrong:
            return text + ", checksum is wrong";
        case ChecksumState::none:
        case ChecksumState::unknown:
            break;
    }
    return text;
}

}  // namespace

std::vector<TreeLine> layer_tree(const Dissection& dissection) {
    std::vector<TreeLine> lines;
    for (const Layer& layer : dissection.layers()) {
        lines.push_back({0, layer_text(dissection, layer), layer.offset, layer.size});
        Branch(lines, layer, dissection.bytes(layer)).add();
    }
    if (dissection.error()) lines.push_back({0, dissection.error()->sentence, dissection.error()->offset, 0});
    return lines;
}

std::string layer_tree_text(const Dissection& dissection) {
    std::string text;
    for (const TreeLine& line : layer_tree(dissection)) {
        text.append(2 + 2 * std::size_t{line.depth}, ' ').append(line.text).append("\n");
    }
    return text;
}

}  // namespace pier::packet
