#include <pier/packet/arp.hpp>
#include <pier/packet/dissect.hpp>
#include <pier/packet/dns.hpp>
#include <pier/packet/ethernet.hpp>
#include <pier/packet/icmp.hpp>
#include <pier/packet/icmpv6.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/ipv6_extension.hpp>
#include <pier/packet/tcp.hpp>
#include <pier/packet/udp.hpp>

#include <algorithm>
#include <string>
#include <utility>

namespace pier::packet {
namespace {

// What begins at a place and is to be read next.
struct Next {
    LayerKind kind = LayerKind::data;
    std::uint16_t protocol = 0;
    std::size_t offset = 0;
    std::size_t size = 0;
};

LayerKind kind_of_type(std::uint16_t type) noexcept {
    switch (type) {
        case ether_type::ipv4:
            return LayerKind::ipv4;
        case ether_type::ipv6:
            return LayerKind::ipv6;
        case ether_type::arp:
            return LayerKind::arp;
        default:
            return LayerKind::data;
    }
}

LayerKind kind_of_protocol(std::uint8_t protocol, bool behind_v6) noexcept {
    if (behind_v6 && is_ipv6_extension(protocol)) return LayerKind::ipv6_extension;
    switch (protocol) {
        case ip_protocol::tcp:
            return LayerKind::tcp;
        case ip_protocol::udp:
            return LayerKind::udp;
        case ip_protocol::icmp:
            return behind_v6 ? LayerKind::data : LayerKind::icmp;
        case ip_protocol::icmpv6:
            return behind_v6 ? LayerKind::icmpv6 : LayerKind::data;
        case ip_protocol::ipv4:
            return LayerKind::ipv4;
        case ip_protocol::ipv6:
            return LayerKind::ipv6;
        default:
            return LayerKind::data;
    }
}

bool is_dns_port(std::uint16_t port) noexcept { return port == 53 || port == 5353 || port == 5355; }

// Whether all that the header announces can be read.
bool is_dns(Bytes bytes) {
    auto reader = DnsReader::read(bytes);
    if (!reader || (reader->header().questions == 0 && reader->header().answers == 0)) return false;
    for (;;) {
        const auto question = reader->next_question();
        if (!question) return false;
        if (!*question) break;
    }
    for (;;) {
        const auto record = reader->next_record();
        if (!record) return false;
        if (!*record) return true;
    }
}

}  // namespace

// Each step reads one header, adds its layer, and says what is next.
class Dissector {
public:
    Dissector(Bytes packet, LinkType link) : link_(link) { found_.packet_ = packet; }

    Dissection run() {
        std::optional<Next> next = first();
        // A header that is announced and has no bytes is missing; data of no bytes is none.
        while (next && (next->size > 0 || next->kind != LayerKind::data)) {
            if (found_.count_ == Dissection::most_layers) {
                fail(packet_error(name_of(next->kind), next->offset, 0, "more layers than are read").error());
                break;
            }
            next = step(*next);
        }
        return std::move(found_);
    }

private:
    std::optional<Next> first() {
        const Bytes packet = found_.packet_;
        Next next{LayerKind::data, 0, 0, packet.size()};
        if (link_ == LinkType::ethernet) next.kind = LayerKind::ethernet;
        if (link_ == LinkType::ipv4) next.kind = LayerKind::ipv4;
        if (link_ == LinkType::ipv6) next.kind = LayerKind::ipv6;
        if (link_ == LinkType::raw_ip) {
            const bool v6 = !packet.empty() && load<std::uint8_t>(packet, 0) >> 4 == 6;
            next.kind = v6 ? LayerKind::ipv6 : LayerKind::ipv4;
        }
        if (!packet.empty()) return next;
        if (next.kind != LayerKind::data) fail(packet_error("packet", 0, 0, "it is empty").error());
        return std::nullopt;
    }

    std::optional<Next> step(const Next& next) {
        switch (next.kind) {
            case LayerKind::ethernet:
                return ethernet(next);
            case LayerKind::arp:
                return arp(next);
            case LayerKind::ipv4:
                return ipv4(next);
            case LayerKind::ipv6:
                return ipv6(next);
            case LayerKind::ipv6_extension:
                return extension(next);
            case LayerKind::icmp:
                return leaf<Icmp>(next);
            case LayerKind::icmpv6:
                return leaf<Icmpv6>(next);
            case LayerKind::tcp:
                return tcp(next);
            case LayerKind::udp:
                return udp(next);
            case LayerKind::dns:
                add(next, next.size, next.size);
                return std::nullopt;
            case LayerKind::data:
                break;
        }
        add(next, 0, next.size);
        return std::nullopt;
    }

    std::optional<Next> ethernet(const Next& at) {
        const auto read = Ethernet::read(bytes(at), at.offset);
        if (!read) return fail(read.error());
        const std::size_t size = read->header_size() + read->payload().size();
        add(at, read->header_size(), size);
        if (read->is_length() && read->payload().size() < read->type()) {
            short_of("Ethernet frame", at.offset, read->type() + read->header_size(), size);
        }
        const LayerKind kind = read->is_length() ? LayerKind::data : kind_of_type(read->type());
        return behind(at, read->header_size(), size, kind, read->type());
    }

    std::optional<Next> arp(const Next& at) {
        const auto read = Arp::read(bytes(at), at.offset);
        if (!read) return fail(read.error());
        add(at, read->size(), read->size());
        return std::nullopt;
    }

    std::optional<Next> ipv4(const Next& at) {
        const auto read = Ipv4::read(bytes(at), at.offset);
        if (!read) return fail(read.error());
        const std::size_t size = read->header_size() + read->payload().size();
        add(at, read->header_size(), size);
        if (read->is_cut()) cut("IPv4 packet", at.offset, read->total_length(), size);
        behind_v6_ = false;
        found_.fragment_ = found_.fragment_ || read->is_fragment();
        const LayerKind kind =
            read->fragment_offset() != 0 ? LayerKind::data : kind_of_protocol(read->protocol(), behind_v6_);
        return behind(at, read->header_size(), size, kind, read->protocol());
    }

    std::optional<Next> ipv6(const Next& at) {
        const auto read = Ipv6::read(bytes(at), at.offset);
        if (!read) return fail(read.error());
        const std::size_t size = Ipv6::header_size + read->payload().size();
        add(at, Ipv6::header_size, size);
        if (read->is_cut()) cut("IPv6 packet", at.offset, Ipv6::header_size + read->payload_length(), size);
        behind_v6_ = true;
        return behind(at, Ipv6::header_size, size, kind_of_protocol(read->next_header(), behind_v6_),
                      read->next_header());
    }

    std::optional<Next> extension(const Next& at) {
        const auto read = Ipv6Extension::read(static_cast<std::uint8_t>(at.protocol), bytes(at), at.offset);
        if (!read) return fail(read.error());
        add(at, read->header_size(), at.size);
        const bool fragment = read->fragment_offset() != 0 || read->more_fragments();
        found_.fragment_ = found_.fragment_ || fragment;
        const LayerKind kind =
            read->fragment_offset() != 0 ? LayerKind::data : kind_of_protocol(read->next_header(), behind_v6_);
        return behind(at, read->header_size(), at.size, kind, read->next_header());
    }

    // A message whose body is not looked into.
    template <class View>
    std::optional<Next> leaf(const Next& at) {
        const auto read = View::read(bytes(at), at.offset);
        if (!read) return fail(read.error());
        add(at, View::header_size, at.size);
        return std::nullopt;
    }

    std::optional<Next> tcp(const Next& at) {
        const auto read = Tcp::read(bytes(at), at.offset);
        if (!read) return fail(read.error());
        add(at, read->header_size(), at.size);
        return behind(at, read->header_size(), at.size, LayerKind::data, 0);
    }

    std::optional<Next> udp(const Next& at) {
        const auto read = Udp::read(bytes(at), at.offset);
        if (!read) return fail(read.error());
        const std::size_t size = Udp::header_size + read->payload().size();
        add(at, Udp::header_size, size);
        // A first fragment has less than the datagram, and is right.
        if (read->is_cut() && !found_.fragment_) short_of("UDP datagram", at.offset, read->length(), size);
        const bool port = is_dns_port(read->source_port()) || is_dns_port(read->destination_port());
        const LayerKind kind = port && is_dns(read->payload()) ? LayerKind::dns : LayerKind::data;
        return behind(at, Udp::header_size, size, kind, 0);
    }

    [[nodiscard]] Bytes bytes(const Next& at) const noexcept { return found_.packet_.subspan(at.offset, at.size); }

    static Next behind(const Next& at, std::size_t header, std::size_t size, LayerKind kind, std::uint16_t protocol) {
        return {kind, protocol, at.offset + header, size - header};
    }

    void add(const Next& at, std::size_t header, std::size_t size) noexcept {
        found_.layers_[found_.count_++] = {at.kind, at.protocol, at.offset, header, size};
    }

    std::nullopt_t fail(const PacketError& error) {
        if (!found_.error_) found_.error_ = error;
        return std::nullopt;
    }

    void short_of(std::string_view what, std::size_t at, std::size_t says, std::size_t there) {
        const std::string wrong = "says " + std::to_string(says) + " bytes, " + std::to_string(there) + " are there";
        fail(packet_error(what, at, there, wrong).error());
    }

    void cut(std::string_view what, std::size_t at, std::size_t says, std::size_t there) {
        found_.cut_ = true;
        short_of(what, at, says, there);
    }

    Dissection found_;
    LinkType link_;
    bool behind_v6_ = false;
};

Dissection dissect(Bytes packet, LinkType link) { return Dissector(packet, link).run(); }

const Layer* Dissection::find(LayerKind kind) const noexcept {
    for (std::size_t i = count_; i > 0; --i) {
        if (layers_[i - 1].kind == kind) return &layers_[i - 1];
    }
    return nullptr;
}

std::string_view name_of(LayerKind kind) noexcept {
    constexpr std::array<std::string_view, 11> names = {
        "Ethernet", "ARP", "IPv4", "IPv6", "IPv6 extension", "ICMP", "ICMPv6", "TCP", "UDP", "DNS", "data"};
    return names[static_cast<std::size_t>(kind)];
}

}  // namespace pier::packet
