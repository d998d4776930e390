#include "packet_fuzz.hpp"

#include <pier/packet/arp.hpp>
#include <pier/packet/capture/writer.hpp>
#include <pier/packet/dissect.hpp>
#include <pier/packet/ethernet.hpp>
#include <pier/packet/icmp.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/ipv6_extension.hpp>
#include <pier/packet/neighbour.hpp>
#include <pier/packet/tcp.hpp>
#include <pier/packet/tcp_options.hpp>
#include <pier/packet/text/describe.hpp>
#include <pier/packet/text/tree.hpp>
#include <pier/packet/udp.hpp>

#include <algorithm>

namespace fuzz {
namespace {

using namespace pier::packet;

bool is_good(const PacketError& error, std::size_t size) { return error.offset <= size && !error.sentence.empty(); }

// Every option lies in its list, and the list comes to an end.
const char* check_options(OptionReader reader, std::size_t size) {
    for (std::size_t count = 0;; ++count) {
        const auto option = reader.next();
        if (!option) return option.error().sentence.empty() ? "an error of options says nothing" : nullptr;
        if (!*option) return nullptr;
        if ((*option)->offset + (*option)->data.size() > size) return "an option reaches beyond its list";
        if (count > size) return "more options than bytes";
    }
}

// What is built of the fields that were read are the bytes that were read.
template <class Build>
const char* check_again(Bytes bytes, const Build& build_again) {
    static PacketBytes room(70000);
    const PacketResult<std::size_t> size = build_again(Room(room));
    if (!size) return "what was read can't be built";
    return std::ranges::equal(Bytes(room).first(*size), bytes) ? nullptr : "what was read is built in another way";
}

const char* check_ip(const Layer& layer, Bytes bytes) {
    if (layer.kind == LayerKind::ipv4) {
        const auto read = Ipv4::read(bytes, layer.offset);
        if (!read) return "a layer of IPv4 can't be read";
        if (const char* what = check_options(read->read_options(), read->options().size())) return what;
        return check_again(bytes, [&](Room room) { return build(read->fields(), read->payload(), room); });
    }
    if (layer.kind == LayerKind::ipv6) {
        const auto read = Ipv6::read(bytes, layer.offset);
        if (!read) return "a layer of IPv6 can't be read";
        return check_again(bytes, [&](Room room) { return build(read->fields(), read->payload(), room); });
    }
    const auto read = Ipv6Extension::read(static_cast<std::uint8_t>(layer.protocol), bytes, layer.offset);
    if (!read) return "an extension header can't be read";
    if (const char* what = check_options(read->read_options(), read->data().size())) return what;
    return check_again(bytes, [&](Room room) { return build(read->fields(), read->payload(), room); });
}

const char* check_control(const Layer& layer, Bytes bytes) {
    if (layer.kind == LayerKind::icmp) {
        const auto read = Icmp::read(bytes, layer.offset);
        if (!read) return "a layer of ICMP can't be read";
        if (read->original().size() > bytes.size()) return "an original is longer than its message";
        return check_again(bytes, [&](Room room) { return build(read->fields(), read->body(), room); });
    }
    const auto read = Icmpv6::read(bytes, layer.offset);
    if (!read) return "a layer of ICMPv6 can't be read";
    if (const auto neighbour = Neighbour::read(*read, layer.offset)) {
        (void)neighbour->target();  // for the sanitizer, as the next one
        (void)neighbour->destination();
        OptionReader options = neighbour->read_options();
        for (auto option = options.next(); option && *option; option = options.next()) {
            if (const auto dns = recursive_dns_of(**option); dns && dns->servers.empty()) return "no DNS servers";
        }
        if (const char* what = check_options(neighbour->read_options(), neighbour->options().size())) return what;
    }
    const IpPair pair{pier::Address::v6({}), pier::Address::v6({})};
    return check_again(bytes, [&](Room room) { return build(read->fields(), read->body(), pair, room); });
}

const char* check_transport(const Layer& layer, Bytes bytes) {
    if (layer.kind == LayerKind::udp) {
        const auto read = Udp::read(bytes, layer.offset);
        if (!read) return "a layer of UDP can't be read";
        return check_again(bytes, [&](Room room) { return build(read->fields(), read->payload(), {}, room); });
    }
    const auto read = Tcp::read(bytes, layer.offset);
    if (!read) return "a layer of TCP can't be read";
    if (const char* what = check_options(read->read_options(), read->options().size())) return what;
    const auto options = read_tcp_options(read->read_options());
    if (options && options->sack_count > most_sack_blocks) return "more SACK blocks than fit";
    return check_again(bytes, [&](Room room) { return build(read->fields(), read->payload(), {}, room); });
}

// Also what is no DNS, read as if it were.
const char* check_dns(Bytes bytes) {
    auto reader = DnsReader::read(bytes);
    if (!reader) return nullptr;
    for (std::size_t count = 0;; ++count) {
        const auto question = reader->next_question();
        if (question ? false : !is_good(question.error(), bytes.size())) return "an error of DNS is beyond its message";
        if (!question || !*question) break;
        if (DnsName::parse((*question)->name.to_string()) != (*question)->name) return "a name is read as another one";
        if (count > bytes.size()) return "more questions than bytes";
    }
    for (std::size_t count = 0;; ++count) {
        const auto record = reader->next_record();
        if (record ? false : !is_good(record.error(), bytes.size())) return "an error of DNS is beyond its message";
        if (!record || !*record) return nullptr;
        if (count > bytes.size()) return "more records than bytes";
    }
}

const char* check_layer(const Layer& layer, Bytes bytes) {
    switch (layer.kind) {
        case LayerKind::ethernet: {
            const auto read = Ethernet::read(bytes, layer.offset);
            if (!read) return "a layer of Ethernet can't be read";
            return check_again(bytes, [&](Room room) { return build(read->fields(), read->payload(), room); });
        }
        case LayerKind::arp: {
            const auto read = Arp::read(bytes, layer.offset);
            if (!read) return "a layer of ARP can't be read";
            const auto fields = read->fields();
            return fields ? check_again(bytes, [&](Room room) { return build(*fields, room); }) : nullptr;
        }
        case LayerKind::ipv4:
        case LayerKind::ipv6:
        case LayerKind::ipv6_extension:
            return check_ip(layer, bytes);
        case LayerKind::icmp:
        case LayerKind::icmpv6:
            return check_control(layer, bytes);
        case LayerKind::tcp:
        case LayerKind::udp:
            return check_transport(layer, bytes);
        case LayerKind::dns:
        case LayerKind::data:
            break;
    }
    return check_dns(bytes);
}

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

const char* check_text(const Dissection& found) {
    if (const std::string line = describe(found); line.empty() || !is_printable(line))
        return "the line is not printable";
    for (const TreeLine& line : layer_tree(found)) {
        if (line.text.empty() || !is_printable(line.text)) return "a line of the tree is not printable";
        if (line.offset + line.size > found.packet().size()) return "a line of the tree is about no bytes";
    }
    return nullptr;
}

}  // namespace

const char* check_packet(const PacketBytes& packet, Counts& counts) {
    for (const LinkType link : {LinkType::ethernet, LinkType::raw_ip}) {
        const Dissection found = dissect(packet, link);
        if (found.error() && !is_good(*found.error(), packet.size())) return "an error says nothing, or a place beyond";
        std::size_t before = 0;
        for (const Layer& layer : found.layers()) {
            if (layer.offset < before || layer.offset + layer.size > packet.size())
                return "a layer is not in its packet";
            if (layer.header_size > layer.size) return "a header is longer than its layer";
            before = layer.offset;
            if (const char* what = check_layer(layer, found.bytes(layer))) return what;
            (void)checksum_state(found, layer);  // for the sanitizer
        }
        if (const char* what = check_text(found)) return what;
        counts.whole += found.error() ? 0 : 1;
        counts.transport += found.find(LayerKind::tcp) != nullptr || found.find(LayerKind::udp) != nullptr ? 1 : 0;
        counts.dns += found.find(LayerKind::dns) != nullptr ? 1 : 0;
    }
    return nullptr;
}

PacketBytes make_broken_capture(Random& random) {
    const FileOrder order = random.one_in(2) ? FileOrder::little : FileOrder::big;
    const bool ng = random.one_in(2);
    PacketBytes room(5000);
    PacketBytes file;
    const auto append = [&](const PacketResult<std::size_t>& size) {
        file.insert(file.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size.value()));
    };
    const PcapFormat format{order, random.one_in(2), LinkType::ethernet, 1000};
    if (ng) {
        append(write_pcapng_section(order, room));
        append(write_pcapng_interface(order, LinkType::ethernet, 1000, random.one_in(2) ? "eth0" : "", room));
    } else {
        append(write_pcap_header(format, room));
    }
    for (std::size_t count = random.below(4); count > 0; --count) {
        const PacketBytes data = make_bytes(random, random.below(60));
        const auto size = static_cast<std::uint32_t>(data.size());
        const std::uint64_t time = random.next() % 4'000'000'000'000'000'000U;
        if (!ng) append(write_pcap_record(format, time, size, data, room));
        if (ng && random.one_in(2)) append(write_enhanced_packet(order, 0, time, size, data, room));
        if (ng && random.one_in(3)) append(write_simple_packet(order, size, data, room));
        if (ng && random.one_in(3)) append(write_interface_statistics(order, 0, time, 1, 2, room));
    }
    for (std::size_t count = random.below(4); count > 0; --count) {
        file[random.below(file.size())] = static_cast<std::byte>(make_byte(random));
    }
    if (random.one_in(4)) file.resize(random.below(file.size() + 1));
    return file;
}

const char* check_capture(const PacketBytes& file, Random& random, Counts& counts) {
    ++counts.captures;
    CaptureReader reader;
    for (std::size_t at = 0; at < file.size();) {
        const std::size_t size = 1 + random.below(file.size() - at);
        reader.feed(Bytes(file).subspan(at, size));
        at += size;
        for (std::size_t count = 0;; ++count) {
            const auto next = reader.next();
            if (!next) return is_good(next.error(), file.size()) ? nullptr : "an error of a capture is beyond the file";
            if (!*next) break;
            if ((*next)->data.size() > file.size() || (*next)->interface >= reader.interfaces().size()) {
                return "a packet is longer than its file, or of no interface";
            }
            // The sanitizer sees a packet that is no more there.
            (void)sum_of((*next)->data);
            ++counts.captured;
            if (count > file.size()) return "more packets than bytes";
        }
    }
    const auto end = reader.finish();
    if (!end) return is_good(end.error(), file.size()) ? nullptr : "an error at the end is beyond the file";
    ++counts.whole_captures;
    return nullptr;
}

}  // namespace fuzz
