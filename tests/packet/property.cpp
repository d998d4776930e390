// Builds made-up headers and reads them, and reads made-up bytes and builds them again: pier-property-packet [--count
// N]
// [--seed N]. Both ways what comes out has to be what went in. Exit status 1 with a sentence at the first that is
// wrong.
#include "../fuzz/packet_inputs.hpp"

#include <pier/packet/arp.hpp>
#include <pier/packet/dissect.hpp>
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
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

using namespace pier::packet;
using fuzz::PacketBytes;
using fuzz::Random;

// Each check returns what is wrong, or null.
using Wrong = const char*;

bool is_same(Bytes a, Bytes b) { return std::ranges::equal(a, b); }
bool is_same(const PacketResult<std::size_t>& size, const PacketBytes& room, Bytes before) {
    return size && is_same(Bytes(room).first(*size), before);
}

// Sets some bits of a byte.
void put(PacketBytes& bytes, std::size_t at, unsigned mask, unsigned value) {
    const auto old = load<std::uint8_t>(bytes, at);
    store(Room(bytes), at, static_cast<std::uint8_t>((old & ~mask) | (value & mask)));
}

Wrong check_ethernet(Random& random) {
    EthernetFields fields{fuzz::make_mac(random), fuzz::make_mac(random), {}, random.below(most_vlan_tags + 1), 0};
    for (std::size_t i = 0; i < fields.tag_count; ++i) {
        fields.tags[i] = {random.one_in(2) ? ether_type::vlan : ether_type::service_vlan,
                          static_cast<std::uint8_t>(random.below(8)), random.one_in(2),
                          static_cast<std::uint16_t>(random.below(4096))};
    }
    fields.type = static_cast<std::uint16_t>(ether_type::first + random.below(0x7000));
    const PacketBytes payload = fuzz::make_bytes(random, random.below(40));
    PacketBytes room(100);
    const auto size = build(fields, payload, room);
    const auto read = size ? Ethernet::read(Bytes(room).first(*size)) : std::unexpected(size.error());
    if (!read || read->fields() != fields || !is_same(read->payload(), payload)) return "Ethernet: fields";
    PacketBytes again(100);
    return is_same(build(read->fields(), read->payload(), again), again, Bytes(room).first(*size)) ? nullptr
                                                                                                   : "Ethernet: bytes";
}

Wrong check_arp(Random& random) {
    const ArpFields fields{fuzz::make_word(random), fuzz::make_mac(random), fuzz::make_v4(random),
                           fuzz::make_mac(random), fuzz::make_v4(random)};
    PacketBytes room(28);
    if (!build(fields, room)) return "ARP: not built";
    const auto read = Arp::read(room);
    return read && read->fields() == fields ? nullptr : "ARP: fields";
}

Wrong check_ipv4(Random& random) {
    PacketBytes bytes = fuzz::make_bytes(random, 120);
    const auto header = 20 + 4 * random.below(11);
    put(bytes, 0, 0xff, static_cast<unsigned>(0x40 | header / 4));
    store(Room(bytes), 2, static_cast<std::uint16_t>(header + random.below(121 - header)));
    const auto read = Ipv4::read(bytes);
    if (!read) return "IPv4: not read";
    PacketBytes again(120);
    const Bytes before = Bytes(bytes).first(read->total_length());
    if (!is_same(build(read->fields(), read->payload(), again), again, before)) return "IPv4: bytes";
    Ipv4Fields fields = read->fields();
    fields.checksum.reset();
    fields.total_length.reset();
    if (!build(fields, read->payload(), again)) return "IPv4: not built";
    const auto right = Ipv4::read(again);
    if (!right || !right->checksum_is_right() || right->total_length() != before.size()) return "IPv4: filled in";
    return right->source() == fields.source && right->dscp() == fields.dscp && right->ecn() == fields.ecn &&
                   right->fragment_offset() == fields.fragment_offset && right->ttl() == fields.ttl &&
                   right->more_fragments() == fields.more_fragments && is_same(right->options(), fields.options)
               ? nullptr
               : "IPv4: fields";
}

Wrong check_ipv6(Random& random) {
    PacketBytes bytes = fuzz::make_bytes(random, 40 + random.below(60));
    put(bytes, 0, 0xf0, 0x60);
    store(Room(bytes), 4, static_cast<std::uint16_t>(bytes.size() - 40));
    const auto read = Ipv6::read(bytes);
    if (!read) return "IPv6: not read";
    PacketBytes again(100);
    if (!is_same(build(read->fields(), read->payload(), again), again, bytes)) return "IPv6: bytes";
    Ipv6Fields fields = read->fields();
    fields.payload_length.reset();
    if (!is_same(build(fields, read->payload(), again), again, bytes)) return "IPv6: filled in";
    return Ipv6::read(again)->fields() == read->fields() ? nullptr : "IPv6: fields";
}

Wrong check_extension(Random& random) {
    constexpr std::array kinds = {ip_protocol::hop_by_hop, ip_protocol::routing, ip_protocol::fragment, ip_protocol::ah,
                                  ip_protocol::destination_options};
    const std::uint8_t kind = kinds[random.below(kinds.size())];
    PacketBytes bytes = fuzz::make_bytes(random, 100);
    if (kind != ip_protocol::fragment) put(bytes, 1, 0xff, static_cast<unsigned>(1 + random.below(8)));
    const auto read = Ipv6Extension::read(kind, bytes);
    if (!read) return "extension header: not read";
    PacketBytes again(100);
    if (!is_same(build(read->fields(), read->payload(), again), again, bytes)) return "extension header: bytes";
    if (kind != ip_protocol::fragment) return nullptr;
    const Ipv6FragmentFields fields{read->next_header(), read->fragment_offset(), read->more_fragments(),
                                    read->identification()};
    if (!build(fields, read->payload(), again)) return "fragment header: not built";
    const auto second = Ipv6Extension::read(kind, again);
    return second && second->fragment_offset() == fields.offset && second->more_fragments() == fields.more &&
                   second->identification() == fields.identification
               ? nullptr
               : "fragment header: fields";
}

Wrong check_icmp(Random& random) {
    const PacketBytes bytes = fuzz::make_bytes(random, 8 + random.below(60));
    PacketBytes again(100);
    const auto read = Icmp::read(bytes);
    if (!read || !is_same(build(read->fields(), read->body(), again), again, bytes)) return "ICMP: bytes";
    IcmpFields fields = read->fields();
    fields.checksum.reset();
    const auto size = build(fields, read->body(), again);
    const auto right = Icmp::read(Bytes(again).first(*size));
    if (!right || !right->checksum_is_right()) return "ICMP: filled in";
    return right->type() == fields.type && right->rest() == fields.rest ? nullptr : "ICMP: fields";
}

Wrong check_icmpv6(Random& random) {
    const IpPair pair = fuzz::make_pair(random, true);
    const PacketBytes bytes = fuzz::make_bytes(random, 8 + random.below(60));
    PacketBytes again(100);
    const auto read = Icmpv6::read(bytes);
    if (!read || !is_same(build(read->fields(), read->body(), pair, again), again, bytes)) return "ICMPv6: bytes";
    Icmpv6Fields fields = read->fields();
    fields.checksum.reset();
    const auto size = build(fields, read->body(), pair, again);
    const auto right = Icmpv6::read(Bytes(again).first(*size));
    if (!right || !right->checksum_is_right(pair)) return "ICMPv6: filled in";
    return right->type() == fields.type && right->rest() == fields.rest ? nullptr : "ICMPv6: fields";
}

Wrong check_neighbour(Random& random) {
    const IpPair pair = fuzz::make_pair(random, true);
    const NeighbourAdvertisementFields fields{fuzz::make_v6(random), random.one_in(2), random.one_in(2),
                                              random.one_in(2)};
    const PrefixInformation prefix{static_cast<std::uint8_t>(random.below(129)), fuzz::make_byte(random),
                                   fuzz::make_double_word(random), fuzz::make_double_word(random),
                                   fuzz::make_v6(random)};
    const RecursiveDns dns{fuzz::make_double_word(random), {fuzz::make_v6(random), fuzz::make_v6(random)}};
    std::array<std::byte, 120> list{};
    OptionWriter writer(list, OptionForm::neighbour);
    if (!add(writer, prefix) || !add(writer, dns) || !add_mtu(writer, dns.lifetime_s)) return "options: not written";
    PacketBytes room(200);
    const auto size = build(fields, writer.written(), pair, room);
    const auto message = size ? Icmpv6::read(Bytes(room).first(*size)) : std::unexpected(size.error());
    const auto read = message ? Neighbour::read(*message) : std::unexpected(message.error());
    if (!read || !message->checksum_is_right(pair)) return "neighbour: not read";
    if (read->target() != fields.target || read->is_router() != fields.router ||
        read->is_solicited() != fields.solicited || read->overrides() != fields.override_cache) {
        return "neighbour: fields";
    }
    OptionReader reader = read->read_options();
    const auto first = reader.next();
    const auto second = reader.next();
    const auto third = reader.next();
    if (!first || !*first || prefix_of(**first) != prefix) return "neighbour: prefix";
    if (!second || !*second || recursive_dns_of(**second) != dns) return "neighbour: DNS servers";
    return third && *third && mtu_of(**third) == dns.lifetime_s ? nullptr : "neighbour: MTU";
}

Wrong check_udp(Random& random) {
    const IpPair pair = fuzz::make_pair(random, random.one_in(2));
    PacketBytes bytes = fuzz::make_bytes(random, 8 + random.below(60));
    store(Room(bytes), 4, static_cast<std::uint16_t>(bytes.size()));
    PacketBytes again(100);
    const auto read = Udp::read(bytes);
    if (!read || !is_same(build(read->fields(), read->payload(), pair, again), again, bytes)) return "UDP: bytes";
    UdpFields fields = read->fields();
    fields.length.reset();
    fields.checksum.reset();
    const auto size = build(fields, read->payload(), pair, again);
    const auto right = Udp::read(Bytes(again).first(*size));
    if (!right || !right->checksum_is_right(pair) || right->checksum() == 0) return "UDP: filled in";
    return right->source_port() == fields.source_port && right->length() == bytes.size() ? nullptr : "UDP: fields";
}

Wrong check_tcp(Random& random) {
    const IpPair pair = fuzz::make_pair(random, random.one_in(2));
    PacketBytes bytes = fuzz::make_bytes(random, 60 + random.below(60));
    put(bytes, 12, 0xf0, static_cast<unsigned>(5 + random.below(11)) << 4);
    PacketBytes again(120);
    const auto read = Tcp::read(bytes);
    if (!read || !is_same(build(read->fields(), read->payload(), pair, again), again, bytes)) return "TCP: bytes";
    TcpFields fields = read->fields();
    fields.checksum.reset();
    const auto size = build(fields, read->payload(), pair, again);
    const auto right = Tcp::read(Bytes(again).first(*size));
    if (!right || !right->checksum_is_right(pair)) return "TCP: filled in";
    return right->sequence() == fields.sequence && right->flags() == fields.flags && right->window() == fields.window &&
                   is_same(right->options(), fields.options)
               ? nullptr
               : "TCP: fields";
}

Wrong check_tcp_options(Random& random) {
    TcpOptions options;
    if (random.one_in(2)) options.mss = fuzz::make_word(random);
    if (random.one_in(2)) options.window_scale = fuzz::make_byte(random);
    options.sack_permitted = random.one_in(2);
    if (random.one_in(2))
        options.timestamps = TcpTimestamps{fuzz::make_double_word(random), fuzz::make_double_word(random)};
    options.sack_count = random.below(3);
    for (std::size_t i = 0; i < options.sack_count; ++i) {
        options.sack[i] = {fuzz::make_double_word(random), fuzz::make_double_word(random)};
    }
    std::array<std::byte, 40> room{};
    const auto written = write_tcp_options(options, room);
    if (!written || written->size() % 4 != 0) return "TCP options: not written";
    const auto read = read_tcp_options({*written, OptionForm::ipv4_or_tcp, "TCP options"});
    return read && *read == options ? nullptr : "TCP options: not the same";
}

Wrong check_dns(Random& random) {
    PacketBytes room(6000);
    DnsWriter writer({fuzz::make_word(random), fuzz::make_word(random), 0, 0, 0, 0}, room);
    const DnsQuestion question{fuzz::make_dns_name(random), fuzz::make_word(random), fuzz::make_word(random)};
    if (!writer.add(question)) return "DNS: question not written";
    std::array<DnsRecord, 3> records = {fuzz::make_dns_record(random), fuzz::make_dns_record(random),
                                        fuzz::make_dns_record(random)};
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (!writer.add(static_cast<DnsWriter::Section>(i), records[i])) return "DNS: record not written";
    }
    const auto size = writer.finish();
    auto read = size ? DnsReader::read(Bytes(room).first(*size)) : std::unexpected(size.error());
    if (!read || read->header().questions != 1 || read->header().additionals != 1) return "DNS: header";
    const auto first = read->next_question();
    if (!first || !*first || **first != question || *read->next_question()) return "DNS: question";
    for (const DnsRecord& record : records) {
        const auto next = read->next_record();
        if (!next || !*next || **next != record) return "DNS: record";
    }
    const auto end = read->next_record();
    return end && !*end ? nullptr : "DNS: end";
}

// The sum of a few lines, as RFC 1071 has it in section 4.1, and one of pieces, and an update.
Wrong check_sum(Random& random) {
    const PacketBytes bytes = fuzz::make_bytes(random, random.below(300));
    const Bytes all = Bytes(bytes).subspan(random.below(bytes.size() + 1));  // at any alignment
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < all.size(); ++i) sum += std::to_integer<std::uint64_t>(all[i]) << (i % 2 == 0 ? 8 : 0);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    if (sum_of(all) != sum) return "sum: not that of RFC 1071";
    InternetSum pieces;
    for (Bytes left = all; !left.empty();) {
        const std::size_t size = 1 + random.below(left.size());
        pieces.add(left.first(size));
        left = left.subspan(size);
    }
    if (pieces.folded() != sum) return "sum: of pieces it is another one";
    if (all.size() < 2) return nullptr;
    PacketBytes changed(all.begin(), all.end());
    const std::size_t at = random.below(all.size() / 2) * 2;
    const auto word = fuzz::make_word(random);
    store(Room(changed), at, word);
    const auto updated = update_checksum(internet_checksum(all), load<std::uint16_t>(all, at), word);
    // Zero has two forms in one's complement; a sum of which not all is zero never has the one of zeros.
    const auto right = internet_checksum(changed);
    return updated == right || std::ranges::all_of(changed, [](std::byte byte) { return byte == std::byte{}; })
               ? nullptr
               : "sum: updated it is another one";
}

Wrong check_whole(Random& random) {
    const PacketBytes packet = fuzz::make_packet(random);
    const Dissection found = dissect(packet, LinkType::ethernet);
    if (found.error() || found.layers().size() < 2) return "packet: an error where there is none";
    for (const Layer& layer : found.layers()) {
        if (checksum_state(found, layer) == ChecksumState::wrong) return "packet: a checksum that is wrong";
    }
    return nullptr;
}

constexpr std::array checks = {check_ethernet,    check_arp,    check_ipv4,      check_ipv6, check_extension,
                               check_icmp,        check_icmpv6, check_neighbour, check_udp,  check_tcp,
                               check_tcp_options, check_dns,    check_sum,       check_whole};

bool take_number(const char* text, std::uint64_t& number) {
    const auto [end, failure] = std::from_chars(text, text + std::strlen(text), number);
    return failure == std::errc{} && *end == '\0';
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t count = 20'000;
    std::uint64_t seed = 1;
    for (int i = 1; i < argc; i += 2) {
        const std::string_view name = argv[i];
        const bool known = name == "--count" || name == "--seed";
        if (!known || i + 1 == argc || !take_number(argv[i + 1], name == "--count" ? count : seed)) {
            std::fputs("usage: pier-property-packet [--count N] [--seed N]\n", stderr);
            return 2;
        }
    }
    Random random(seed);
    for (std::uint64_t round = 0; round < count; ++round) {
        if (const Wrong wrong = checks[round % checks.size()](random)) {
            std::printf("round %llu: %s\n", static_cast<unsigned long long>(round), wrong);
            return 1;
        }
    }
    std::printf("%llu packets, seed %llu: nothing wrong\n", static_cast<unsigned long long>(count),
                static_cast<unsigned long long>(seed));
    return 0;
}
