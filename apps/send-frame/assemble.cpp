#include "assemble.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace send_frame {
namespace {

namespace packet = pier::packet;
using packet::Bytes;

// A packet of IP, and a header of Ethernet with its tags, or some extension headers.
constexpr std::size_t room_size = 65535 + 1024;
constexpr std::uint16_t local_experiment = 0x88b5;  // IEEE 802, "Local Experimental Ethertype 1"
constexpr std::uint8_t ip_experiment = 253;         // RFC 3692, "use for experimentation and testing"

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

template <class... Parts>
bool is_any(const Layer& layer) {
    return (std::holds_alternative<Parts>(layer) || ...);
}

std::uint16_t type_before(const Layer* next) {
    if (next == nullptr) return local_experiment;
    if (is_any<ArpPart>(*next)) return packet::ether_type::arp;
    if (is_any<Ip>(*next)) return packet::ether_type::ipv4;
    if (is_any<Ip6>(*next)) return packet::ether_type::ipv6;
    return local_experiment;
}

std::uint8_t protocol_before(const Layer* next, bool is_v6) {
    if (next == nullptr) return is_v6 ? packet::ip_protocol::none : ip_experiment;
    if (is_any<Ip>(*next)) return packet::ip_protocol::ipv4;
    if (is_any<Ip6>(*next)) return packet::ip_protocol::ipv6;
    if (const auto* extension = std::get_if<Ip6Extension>(next)) return extension->fields.kind;
    if (is_any<Ip6Fragment>(*next)) return packet::ip_protocol::fragment;
    if (is_any<IcmpPart>(*next)) return packet::ip_protocol::icmp;
    const bool is_icmpv6 =
        is_any<Icmp6Part, RouterSolicitation, RouterAdvertisement, NeighbourSolicitation, NeighbourAdvertisement>(
            *next);
    if (is_icmpv6) return packet::ip_protocol::icmpv6;
    if (is_any<TcpPart>(*next)) return packet::ip_protocol::tcp;
    if (is_any<UdpPart>(*next)) return packet::ip_protocol::udp;
    return ip_experiment;
}

// Builds from the inside to the outside: each layer is put before the bytes of those behind it.
class Assembler {
public:
    Assembler(std::span<const Layer> layers, const Defaults& defaults) : layers_(layers), defaults_(defaults) {}

    std::expected<ByteVector, std::string> run() {
        std::size_t tags = 0;
        for (place_ = layers_.size(); place_-- > 0;) {
            if (is_any<Vlan>(layers_[place_])) {
                ++tags;  // the Eth before it writes them
                continue;
            }
            tags_ = layers_.subspan(place_ + 1, std::exchange(tags, 0));
            auto built = std::visit([this](const auto& part) { return build_part(part); }, layers_[place_]);
            if (!built) return std::unexpected(built.error().sentence);
            payload_.assign(room_.begin(), room_.begin() + static_cast<std::ptrdiff_t>(*built));
        }
        return std::move(payload_);
    }

private:
    using Size = packet::PacketResult<std::size_t>;

    [[nodiscard]] const Layer* next() const {
        const std::size_t place = place_ + 1 + tags_.size();
        return place < layers_.size() ? &layers_[place] : nullptr;
    }

    // The addresses for a checksum: those of the IP layer that the present one is in.
    [[nodiscard]] packet::IpPair addresses() const {
        for (std::size_t i = place_; i-- > 0;) {
            if (const auto* ip = std::get_if<Ip>(&layers_[i])) return {ip->fields.source, ip->fields.destination};
            if (const auto* ip6 = std::get_if<Ip6>(&layers_[i])) return {ip6->fields.source, ip6->fields.destination};
        }
        return {};
    }

    // Of ICMPv6 outside of any IP the addresses of IPv4 would be refused.
    [[nodiscard]] packet::IpPair v6_addresses() const {
        const packet::IpPair pair = addresses();
        return pair.source.is_v6() ? pair : packet::IpPair{pier::Address::v6({}), pier::Address::v6({})};
    }

    Size build_part(const Eth& eth) {
        packet::EthernetFields fields;
        const Layer* behind = next();
        const bool is_arp = behind != nullptr && is_any<ArpPart>(*behind);
        const auto nobody = is_arp ? packet::MacAddress::broadcast() : packet::MacAddress();
        fields.destination = eth.destination.value_or(nobody);
        fields.source = eth.source.value_or(defaults_.mac.value_or(packet::MacAddress()));
        fields.type = eth.type.value_or(type_before(behind));
        for (const Layer& tag : tags_) fields.tags[fields.tag_count++] = std::get<Vlan>(tag).tag;
        return build(fields, payload_, room_);
    }

    // The parser lets none stand without an Eth.
    Size build_part(const Vlan&) { return packet::not_buildable("vlan", "it stands behind eth"); }

    Size build_part(const ArpPart& arp) {
        packet::ArpFields fields = arp.fields;
        fields.sender_mac = arp.sender_mac.value_or(defaults_.mac.value_or(packet::MacAddress()));
        const auto header = build(fields, room_);
        if (!header) return header;
        return with_payload_behind(*header);
    }

    Size with_payload_behind(std::size_t size) {
        if (room_.size() - size < payload_.size())
            return packet::no_room("frame", size + payload_.size(), room_.size());
        packet::place(room_, size, payload_);
        return size + payload_.size();
    }

    Size build_part(const Ip& ip) {
        packet::Ipv4Fields fields = ip.fields;
        fields.protocol = ip.protocol.value_or(protocol_before(next(), false));
        fields.options = ip.options;
        return build(fields, payload_, room_);
    }

    Size build_part(const Ip6& ip) {
        packet::Ipv6Fields fields = ip.fields;
        fields.next_header = ip.next.value_or(protocol_before(next(), true));
        return build(fields, payload_, room_);
    }

    Size build_part(const Ip6Extension& extension) {
        packet::Ipv6ExtensionFields fields = extension.fields;
        fields.next_header = extension.next.value_or(protocol_before(next(), true));
        fields.data = extension.data;
        return build(fields, payload_, room_);
    }

    Size build_part(const Ip6Fragment& fragment) {
        packet::Ipv6FragmentFields fields = fragment.fields;
        fields.next_header = fragment.next.value_or(protocol_before(next(), true));
        return build(fields, payload_, room_);
    }

    Size build_part(const IcmpPart& icmp) { return build(icmp.fields, payload_, room_); }
    Size build_part(const Icmp6Part& icmp) { return build(icmp.fields, payload_, addresses(), room_); }

    // Their options and what is behind them are one to the checksum.
    Bytes options_and_payload(const ByteVector& options) {
        payload_.insert(payload_.begin(), options.begin(), options.end());
        return payload_;
    }
    Size build_part(const RouterSolicitation& message) {
        return build_router_solicitation(options_and_payload(message.options), v6_addresses(), room_);
    }
    Size build_part(const RouterAdvertisement& message) {
        return build(message.fields, options_and_payload(message.options), v6_addresses(), room_);
    }
    Size build_part(const NeighbourSolicitation& message) {
        return build_neighbour_solicitation(message.target, options_and_payload(message.options), v6_addresses(),
                                            room_);
    }
    Size build_part(const NeighbourAdvertisement& message) {
        return build(message.fields, options_and_payload(message.options), v6_addresses(), room_);
    }

    Size build_part(const TcpPart& tcp) {
        std::array<std::byte, 64> room{};
        const auto options = write_tcp_options(tcp.options, room);
        if (!options) return std::unexpected(options.error());
        ByteVector all(options->begin(), options->end());
        all.insert(all.end(), tcp.raw_options.begin(), tcp.raw_options.end());
        packet::TcpFields fields = tcp.fields;
        fields.options = all;
        return build(fields, payload_, addresses(), room_);
    }

    Size build_part(const UdpPart& udp) { return build(udp.fields, payload_, addresses(), room_); }

    Size build_part(const Raw& raw) {
        if (room_.size() < raw.bytes.size()) return packet::no_room("frame", raw.bytes.size(), room_.size());
        packet::place(room_, 0, raw.bytes);
        return with_payload_behind(raw.bytes.size());
    }

    std::span<const Layer> layers_;
    const Defaults& defaults_;
    std::size_t place_ = 0;
    std::span<const Layer> tags_;  // behind the present layer
    ByteVector payload_;
    ByteVector room_ = ByteVector(room_size);
};

}  // namespace

std::expected<ByteVector, std::string> assemble(const Description& frame, const Defaults& defaults) {
    return Assembler(frame.layers, defaults).run();
}

packet::LinkType link_of(const Description& frame) noexcept {
    const bool is_ip = !frame.layers.empty() && is_any<Ip, Ip6>(frame.layers.front());
    return is_ip ? packet::LinkType::raw_ip : packet::LinkType::ethernet;
}

}  // namespace send_frame
