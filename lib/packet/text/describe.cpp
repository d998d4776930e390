#include <pier/packet/text/describe.hpp>

#include "parts.hpp"

#include <pier/packet/arp.hpp>
#include <pier/packet/ethernet.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/ipv6_extension.hpp>
#include <pier/packet/udp.hpp>

namespace pier::packet {
namespace {

std::string length_text(std::size_t size) { return ", length " + std::to_string(size); }

std::string arp_text(Bytes bytes) {
    const auto arp = Arp::read(bytes);
    const auto fields = arp ? arp->fields() : std::nullopt;
    const std::string length = length_text(bytes.size());
    if (!fields) {
        return "ARP, hardware type " + std::to_string(arp ? arp->hardware_type() : 0) + ", protocol type " +
               in_hexadecimal(arp ? arp->protocol_type() : 0) + length;
    }
    if (fields->operation == arp_operation::request) {
        return "ARP, Request who-has " + fields->target.to_string() + " tell " + fields->sender.to_string() + length;
    }
    if (fields->operation == arp_operation::reply) {
        return "ARP, Reply " + fields->sender.to_string() + " is-at " + fields->sender_mac.to_string() + length;
    }
    return "ARP, operation " + std::to_string(fields->operation) + length;
}

std::string tags_text(const Ethernet& ethernet) {
    std::string text;
    for (std::size_t i = 0; i < ethernet.tag_count(); ++i) {
        text += "vlan " + std::to_string(ethernet.tag(i).identifier) + ", ";
    }
    return text;
}

std::string tcp_text(Bytes bytes) {
    const auto tcp = Tcp::read(bytes);
    if (!tcp) return "TCP";
    const std::size_t size = tcp->payload().size();
    std::string text = "Flags [" + flags_text(*tcp) + "], seq " + std::to_string(tcp->sequence());
    if (size > 0) text += ":" + std::to_string(static_cast<std::uint32_t>(tcp->sequence() + size));
    if (tcp->has(tcp_flag::ack)) text += ", ack " + std::to_string(tcp->acknowledgment());
    text += ", win " + std::to_string(tcp->window());
    if (tcp->has(tcp_flag::urg)) text += ", urg " + std::to_string(tcp->urgent_pointer());
    if (!tcp->options().empty()) text += ", options [" + options_text(*tcp) + "]";
    return text + length_text(size);
}

// Goes through the layers, and keeps what the text needs of the outer ones.
class Line {
public:
    Line(const Dissection& found, VerifyChecksums verify) : found_(found), verify_(verify) {}

    std::string run() {
        const Layer* end = nullptr;
        for (const Layer& layer : found_.layers()) {
            take(layer);
            end = &layer;
        }
        if (!done_) text_ += end_text(end);
        for (const Layer& layer : found_.layers()) {
            if (verify_ == VerifyChecksums::yes && checksum_state(found_, layer) == ChecksumState::wrong) {
                text_ += " [" + std::string(name_of(layer.kind)) + " checksum is wrong]";
            }
        }
        if (found_.error()) text_ += (text_.empty() ? "[" : " [") + found_.error()->sentence + "]";
        return text_.empty() ? "no packet" : text_;
    }

private:
    void take(const Layer& layer) {
        const Bytes bytes = found_.bytes(layer);
        switch (layer.kind) {
            case LayerKind::ethernet:
                if (const auto read = Ethernet::read(bytes)) text_ += tags_text(*read);
                break;
            case LayerKind::arp:
                finish(arp_text(bytes));
                break;
            case LayerKind::ipv4:
                if (const auto read = Ipv4::read(bytes)) {
                    take_addresses("IP ", read->addresses());
                    if (read->fragment_offset() != 0) fragment_ = read->fragment_offset();
                }
                break;
            case LayerKind::ipv6:
                if (const auto read = Ipv6::read(bytes)) take_addresses("IP6 ", read->addresses());
                break;
            case LayerKind::ipv6_extension:
                take_extension(layer);
                break;
            case LayerKind::icmp:
                if (const auto read = Icmp::read(bytes)) {
                    finish(between("", "") + "ICMP " + icmp_text(*read) + length_text(bytes.size()));
                }
                break;
            case LayerKind::icmpv6:
                if (const auto read = Icmpv6::read(bytes)) {
                    finish(between("", "") + "ICMP6, " + icmpv6_text(*read) + length_text(bytes.size()));
                }
                break;
            case LayerKind::tcp:
                if (const auto read = Tcp::read(bytes)) {
                    finish(between_ports(read->source_port(), read->destination_port()) + tcp_text(bytes));
                }
                break;
            case LayerKind::udp:
                take_udp(bytes);
                break;
            case LayerKind::dns:
            case LayerKind::data:
                break;
        }
    }

    void take_addresses(std::string_view prefix, const IpPair& pair) {
        if (!prefix_.empty()) text_ += between("", "");  // IP in IP: the outer one, and then the inner one
        prefix_ = prefix;
        pair_ = pair;
    }

    void take_extension(const Layer& layer) {
        const auto read = Ipv6Extension::read(static_cast<std::uint8_t>(layer.protocol), found_.bytes(layer));
        if (read && read->fragment_offset() != 0) fragment_ = read->fragment_offset();
    }

    void take_udp(Bytes bytes) {
        const auto read = Udp::read(bytes);
        if (!read) return;
        const std::string ports = between_ports(read->source_port(), read->destination_port());
        const std::size_t size = read->payload().size();
        if (found_.find(LayerKind::dns) != nullptr) {
            finish(ports + dns_text(read->payload()) + " (" + std::to_string(size) + ")");
        } else {
            finish(ports + "UDP" + length_text(size));
        }
    }

    [[nodiscard]] std::string between(const std::string& source, const std::string& destination) const {
        if (prefix_.empty()) return "";
        return prefix_ + pair_.source.to_string() + source + " > " + pair_.destination.to_string() + destination + ": ";
    }
    [[nodiscard]] std::string between_ports(std::uint16_t source, std::uint16_t destination) const {
        return between("." + std::to_string(source), "." + std::to_string(destination));
    }

    void finish(const std::string& text) {
        text_ += text;
        done_ = true;
    }

    // Of a packet that no reader has named: what its last layer is.
    [[nodiscard]] std::string end_text(const Layer* end) const {
        if (end == nullptr) return "";
        if (!prefix_.empty()) {
            const std::string fragment = fragment_ == 0 ? "" : " fragment, offset " + std::to_string(fragment_);
            const std::string protocol = end->kind == LayerKind::data ? protocol_text(end->protocol) : "no data";
            return between("", "") + protocol + fragment + length_text(end->kind == LayerKind::data ? end->size : 0);
        }
        const Layer& first = found_.layers().front();
        const auto ethernet = Ethernet::read(found_.bytes(first));
        if (first.kind != LayerKind::ethernet || !ethernet) return "data" + length_text(found_.packet().size());
        return ethernet->source().to_string() + " > " + ethernet->destination().to_string() +
               (ethernet->is_length() ? ", 802.3" : ", ethertype " + in_hexadecimal(ethernet->type())) +
               length_text(found_.packet().size());
    }

    const Dissection& found_;
    const VerifyChecksums verify_;
    std::string text_;
    std::string prefix_;
    IpPair pair_;
    std::uint32_t fragment_ = 0;
    bool done_ = false;
};

}  // namespace

std::string describe(const Dissection& dissection, VerifyChecksums verify) { return Line(dissection, verify).run(); }

}  // namespace pier::packet
