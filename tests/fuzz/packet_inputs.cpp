#include "packet_inputs.hpp"

#include <pier/packet/arp.hpp>
#include <pier/packet/ethernet.hpp>
#include <pier/packet/icmp.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/ipv6_extension.hpp>
#include <pier/packet/neighbour.hpp>
#include <pier/packet/tcp.hpp>
#include <pier/packet/tcp_options.hpp>
#include <pier/packet/udp.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace fuzz {
namespace {

using namespace pier::packet;
using pier::Address;

// A packet grows to the front: its inner part is in place when the outer header is written before it.
class Growing {
public:
    explicit Growing(const PacketBytes& payload) : size_(payload.size()) { place(room_, start_, payload); }

    [[nodiscard]] Bytes bytes() const noexcept { return Bytes(room_).subspan(start_, size_); }
    // `write` is given the payload and the room that begins `header` bytes before it.
    template <class Write>
    void wrap(std::size_t header, const Write& write) {
        const Bytes payload = bytes();
        start_ -= header;
        size_ = write(payload, Room(room_).subspan(start_)).value();
    }

private:
    std::vector<std::byte> room_ = std::vector<std::byte>(4096);
    std::size_t start_ = 1024;
    std::size_t size_;
};

PacketBytes make_dns(Random& random) {
    PacketBytes room(2000);
    DnsHeader header;
    header.identifier = make_word(random);
    header.flags = make_word(random);
    DnsWriter writer(header, room);
    (void)writer.add(DnsQuestion{make_dns_name(random), make_word(random), 1});  // has a place
    for (std::size_t count = random.below(4); count > 0; --count) {
        (void)writer.add(DnsWriter::Section::answer, make_dns_record(random));  // left out, where it has none
    }
    room.resize(writer.finish().value());
    return room;
}

PacketBytes make_tcp_options(Random& random) {
    TcpOptions options;
    if (random.one_in(2)) options.mss = make_word(random);
    if (random.one_in(2)) options.window_scale = make_byte(random);
    options.sack_permitted = random.one_in(3);
    if (random.one_in(2)) options.timestamps = TcpTimestamps{make_double_word(random), make_double_word(random)};
    options.sack_count = random.below(3);
    std::array<std::byte, 40> room{};
    const auto written = write_tcp_options(options, room);
    if (!written) return {};
    return {written->begin(), written->end()};
}

PacketBytes make_neighbour_options(Random& random) {
    std::array<std::byte, 200> room{};
    OptionWriter writer(room, OptionForm::neighbour);
    (void)add(writer, PrefixInformation{64, 0xc0, make_double_word(random), 1, make_v6(random)});  // has a place
    (void)add_mtu(writer, 1500);                                                                   // as well
    (void)add(writer, RecursiveDns{600, {make_v6(random), make_v6(random)}});                      // as well
    return {writer.written().begin(), writer.written().end()};
}

std::uint8_t add_neighbour(Random& random, Growing& packet, const IpPair& pair) {
    packet = Growing({});
    const PacketBytes options = make_neighbour_options(random);
    packet.wrap(0, [&](Bytes, Room room) {
        switch (random.below(3)) {
            case 0:
                return build(RouterAdvertisementFields{64, 0x80, 1800, 0, 0}, options, pair, room);
            case 1:
                return build_neighbour_solicitation(make_v6(random), options, pair, room);
            default:
                return build(NeighbourAdvertisementFields{make_v6(random), true, false, true}, options, pair, room);
        }
    });
    return ip_protocol::icmpv6;
}

// Returns the protocol's number.
std::uint8_t add_transport(Random& random, Growing& packet, const IpPair& pair) {
    const bool v6 = pair.source.is_v6();
    switch (random.below(v6 ? 5 : 4)) {
        case 0: {
            const PacketBytes options = make_tcp_options(random);
            const TcpFields fields{make_word(random),
                                   make_word(random),
                                   make_double_word(random),
                                   7,
                                   0,
                                   make_byte(random),
                                   4000,
                                   {},
                                   0,
                                   options};
            packet.wrap(20 + options.size(),
                        [&](Bytes payload, Room room) { return build(fields, payload, pair, room); });
            return ip_protocol::tcp;
        }
        case 1:
            packet = Growing(make_dns(random));
            [[fallthrough]];
        case 2: {
            const UdpFields fields{make_word(random), 53, {}, {}};
            packet.wrap(8, [&](Bytes payload, Room room) { return build(fields, payload, pair, room); });
            return ip_protocol::udp;
        }
        case 3:
            packet.wrap(8, [&](Bytes payload, Room room) {
                if (v6) return build(Icmpv6Fields{make_byte(random), 0, {}, 1}, payload, pair, room);
                return build(IcmpFields{make_byte(random), 0, {}, 1}, payload, room);
            });
            return v6 ? ip_protocol::icmpv6 : ip_protocol::icmp;
        default:
            return add_neighbour(random, packet, pair);
    }
}

std::uint8_t add_extension(Random& random, Growing& packet, std::uint8_t next) {
    const auto kind = std::array{ip_protocol::hop_by_hop, ip_protocol::routing, ip_protocol::destination_options,
                                 ip_protocol::ah, ip_protocol::fragment}[random.below(5)];
    PacketBytes data(kind == ip_protocol::fragment ? 6 : 14);
    packet.wrap(data.size() + 2, [&](Bytes payload, Room room) {
        return build(Ipv6ExtensionFields{kind, next, data, 0}, payload, room);
    });
    return kind;
}

}  // namespace

std::uint8_t make_byte(Random& random) noexcept { return static_cast<std::uint8_t>(random.next() & 0xff); }
std::uint16_t make_word(Random& random) noexcept { return static_cast<std::uint16_t>(random.next() & 0xffff); }
std::uint32_t make_double_word(Random& random) noexcept { return static_cast<std::uint32_t>(random.next() >> 32); }

PacketBytes make_bytes(Random& random, std::size_t size) {
    PacketBytes bytes(size);
    for (std::size_t at = 0; at < size; at += 8) {
        const std::uint64_t number = random.next();
        std::memcpy(bytes.data() + at, &number, std::min<std::size_t>(8, size - at));
    }
    return bytes;
}

MacAddress make_mac(Random& random) noexcept {
    MacAddress::Octets octets{};
    for (std::uint8_t& octet : octets) octet = make_byte(random);
    return MacAddress(octets);
}

Address make_v4(Random& random) noexcept {
    return Address::v4({make_byte(random), make_byte(random), make_byte(random), make_byte(random)});
}

Address make_v6(Random& random) noexcept {
    Address::V6 bytes{};
    for (std::uint8_t& byte : bytes) byte = make_byte(random);
    return Address::v6(bytes);
}

IpPair make_pair(Random& random, bool v6) noexcept {
    if (v6) return {make_v6(random), make_v6(random)};
    return {make_v4(random), make_v4(random)};
}

DnsName make_dns_name(Random& random) {
    static constexpr std::array<std::string_view, 8> labels = {"www",   "example", "com", "a",
                                                               "x\\.y", "\\000",   "org", "_tcp"};
    std::string text;
    for (std::size_t count = random.below(6); count > 0; --count)
        text.append(labels[random.below(labels.size())]) += '.';
    return DnsName::parse(text.empty() ? "." : text).value();
}

DnsRecord make_dns_record(Random& random) {
    DnsRecord record{make_dns_name(random), 0, 1, make_double_word(random), DnsRaw{}};
    const auto of = [&](std::uint16_t type, DnsData data) {
        record.type = type;
        record.data = std::move(data);
        return record;
    };
    switch (random.below(8)) {
        case 0:
            return of(dns_type::a, make_v4(random));
        case 1:
            return of(dns_type::aaaa, make_v6(random));
        case 2:
            return of(random.one_in(2) ? dns_type::cname : dns_type::ns, make_dns_name(random));
        case 3:
            return of(dns_type::mx, DnsMx{make_word(random), make_dns_name(random)});
        case 4:
            return of(dns_type::srv, DnsSrv{make_word(random), 1, 2, make_dns_name(random)});
        case 5:
            return of(dns_type::soa, DnsSoa{make_dns_name(random), make_dns_name(random), 1, 2, 3, 4, 5});
        case 6:
            return of(dns_type::txt, DnsTxt{{std::string(random.below(256), '\1'), ""}});
        default:
            return of(41, DnsRaw{make_bytes(random, random.below(40))});
    }
}

PacketBytes make_packet(Random& random) {
    Growing packet(make_bytes(random, random.below(80)));
    EthernetFields ethernet;
    ethernet.destination = make_mac(random);
    ethernet.source = make_mac(random);
    ethernet.tag_count = random.one_in(4) ? random.below(most_vlan_tags + 1) : 0;
    if (random.one_in(8)) {
        ethernet.type = ether_type::arp;
        packet = Growing({});
        const ArpFields fields{1, make_mac(random), make_v4(random), {}, make_v4(random)};
        packet.wrap(0, [&](Bytes, Room room) { return build(fields, room); });
    } else if (random.one_in(2)) {
        const IpPair pair = make_pair(random, false);
        Ipv4Fields fields;
        fields.source = pair.source;
        fields.destination = pair.destination;
        fields.protocol = add_transport(random, packet, pair);
        const PacketBytes options(random.one_in(4) ? 4 * random.below(11) : 0, std::byte{1});
        fields.options = options;
        packet.wrap(20 + options.size(), [&](Bytes payload, Room room) { return build(fields, payload, room); });
    } else {
        ethernet.type = ether_type::ipv6;
        const IpPair pair = make_pair(random, true);
        std::uint8_t next = add_transport(random, packet, pair);
        for (int i = 0; i < 10 && random.one_in(4); ++i) next = add_extension(random, packet, next);
        const Ipv6Fields fields{0, 0, {}, next, 64, pair.source, pair.destination};
        packet.wrap(40, [&](Bytes payload, Room room) { return build(fields, payload, room); });
    }
    packet.wrap(14 + 4 * ethernet.tag_count, [&](Bytes payload, Room room) { return build(ethernet, payload, room); });
    return {packet.bytes().begin(), packet.bytes().end()};
}

PacketBytes make_broken_packet(Random& random) {
    if (random.one_in(8)) return make_bytes(random, random.below(200));
    PacketBytes packet = make_packet(random);
    for (std::size_t count = random.below(6); count > 0; --count) {
        packet[random.below(packet.size())] = static_cast<std::byte>(make_byte(random));
    }
    if (random.one_in(3)) packet.resize(random.below(packet.size() + 1));
    if (random.one_in(8)) packet.resize(packet.size() + random.below(60));
    return packet;
}

}  // namespace fuzz
