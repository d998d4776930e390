#include "fields.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <type_traits>

namespace send_frame {
namespace {

namespace packet = pier::packet;
using std::string_view;

// `set` reads the value of a field into its layer. A flag may stand without a value.
template <class Part>
struct Field {
    string_view name;
    Fault (*set)(Part& part, string_view text);
    bool is_flag = false;
};

struct NamedNumber {
    string_view name;
    std::uint16_t number;
};

template <class Number>
Fault read_named(string_view text, Number& into, std::initializer_list<NamedNumber> names) {
    const auto* found = std::ranges::find(names, text, &NamedNumber::name);
    if (found == names.end()) return read(text, into);
    into = static_cast<Number>(found->number);
    return {};
}

// The upper or the lower half of the four bytes that mean something else for each type of ICMP.
Fault read_half(string_view text, std::uint32_t& rest, bool is_upper) {
    std::uint16_t half = 0;
    const Fault fault = read(text, half);
    if (fault.empty()) rest = is_upper ? (rest & 0xffffU) | std::uint32_t{half} << 16U : (rest & 0xffff0000U) | half;
    return fault;
}

Fault read_tcp_flags(string_view text, std::uint8_t& into) {
    constexpr string_view letters = "FSRPAUEC";  // from the lowest bit on
    std::uint8_t flags = 0;
    for (const char c : text) {
        const std::size_t place = letters.find(c);
        if (place == string_view::npos) return read(text, into);
        flags = static_cast<std::uint8_t>(flags | 1U << place);
    }
    into = flags;
    return {};
}

// "left:right"; or "value:echo".
Fault read_pair(string_view text, std::uint32_t& one, std::uint32_t& other) {
    const std::size_t colon = text.find(':');
    if (colon == string_view::npos) return "is not two numbers with a colon between them";
    Fault fault = read(text.substr(0, colon), one);
    return fault.empty() ? read(text.substr(colon + 1), other) : fault;
}

Fault read_timestamps(string_view text, packet::TcpOptions& options) {
    packet::TcpTimestamps times;
    Fault fault = read_pair(text, times.value, times.echo_reply);
    if (fault.empty()) options.timestamps = times;
    return fault;
}

Fault read_sack(string_view text, packet::TcpOptions& options) {
    if (options.sack_count == options.sack.size()) return "is one block more than the four that have a place";
    packet::SackBlock block;
    Fault fault = read_pair(text, block.left, block.right);
    if (fault.empty()) options.sack[options.sack_count++] = block;
    return fault;
}

// An option of neighbour discovery with a MAC address.
Fault add_link_option(string_view text, ByteVector& options, std::uint8_t kind) {
    packet::MacAddress mac;
    Fault fault = read(text, mac);
    if (!fault.empty()) return fault;
    options.push_back(static_cast<std::byte>(kind));
    options.push_back(std::byte{1});
    for (const std::uint8_t octet : mac.octets()) options.push_back(static_cast<std::byte>(octet));
    return {};
}

template <class Part>
Fault add_source_link(Part& part, string_view text) {
    return add_link_option(text, part.options, packet::neighbour_option::source_link_layer);
}

template <class Part>
Fault add_target_link(Part& part, string_view text) {
    return add_link_option(text, part.options, packet::neighbour_option::target_link_layer);
}

// It is added to the options that are there.
template <class Part>
Fault add_options(Part& part, string_view text) {
    ByteVector bytes;
    Fault fault = read(text, bytes);
    if (fault.empty()) part.options.insert(part.options.end(), bytes.begin(), bytes.end());
    return fault;
}

constexpr std::array eth_fields{
    Field<Eth>{"dst", [](Eth& e, string_view t) { return read(t, e.destination); }},
    Field<Eth>{"src", [](Eth& e, string_view t) { return read(t, e.source); }},
    Field<Eth>{"type", [](Eth& e, string_view t) { return read(t, e.type); }},
};

constexpr std::array vlan_fields{
    Field<Vlan>{"id", [](Vlan& v, string_view t) { return read<std::uint16_t>(t, v.tag.identifier, 0xfff); }},
    Field<Vlan>{"prio", [](Vlan& v, string_view t) { return read<std::uint8_t>(t, v.tag.priority, 7); }},
    Field<Vlan>{"dei", [](Vlan& v, string_view t) { return read(t, v.tag.drop_eligible); }, true},
    Field<Vlan>{"tpid", [](Vlan& v, string_view t) { return read(t, v.tag.protocol); }},
};

constexpr std::array arp_fields{
    Field<ArpPart>{"op",
                   [](ArpPart& a, string_view t) {
                       return read_named(t, a.fields.operation, {{"request", 1}, {"reply", 2}});
                   }},
    Field<ArpPart>{"sender_mac", [](ArpPart& a, string_view t) { return read(t, a.sender_mac); }},
    Field<ArpPart>{"sender", [](ArpPart& a, string_view t) { return read_v4(t, a.fields.sender); }},
    Field<ArpPart>{"target_mac", [](ArpPart& a, string_view t) { return read(t, a.fields.target_mac); }},
    Field<ArpPart>{"target", [](ArpPart& a, string_view t) { return read_v4(t, a.fields.target); }},
};

constexpr std::array ip_fields{
    Field<Ip>{"src", [](Ip& i, string_view t) { return read_v4(t, i.fields.source); }},
    Field<Ip>{"dst", [](Ip& i, string_view t) { return read_v4(t, i.fields.destination); }},
    Field<Ip>{"ttl", [](Ip& i, string_view t) { return read(t, i.fields.ttl); }},
    Field<Ip>{"proto", [](Ip& i, string_view t) { return read(t, i.protocol); }},
    Field<Ip>{"id", [](Ip& i, string_view t) { return read(t, i.fields.identification); }},
    Field<Ip>{"dscp", [](Ip& i, string_view t) { return read<std::uint8_t>(t, i.fields.dscp, 63); }},
    Field<Ip>{"ecn", [](Ip& i, string_view t) { return read<std::uint8_t>(t, i.fields.ecn, 3); }},
    Field<Ip>{"df", [](Ip& i, string_view t) { return read(t, i.fields.dont_fragment); }, true},
    Field<Ip>{"mf", [](Ip& i, string_view t) { return read(t, i.fields.more_fragments); }, true},
    Field<Ip>{"rf", [](Ip& i, string_view t) { return read(t, i.fields.reserved_flag); }, true},
    Field<Ip>{"frag", [](Ip& i, string_view t) { return read<std::uint16_t>(t, i.fields.fragment_offset, 0xfff8); }},
    Field<Ip>{"len", [](Ip& i, string_view t) { return read(t, i.fields.total_length); }},
    Field<Ip>{"chksum", [](Ip& i, string_view t) { return read(t, i.fields.checksum); }},
    Field<Ip>{"options", [](Ip& i, string_view t) { return read(t, i.options); }},
};

constexpr std::array ip6_fields{
    Field<Ip6>{"src", [](Ip6& i, string_view t) { return read_v6(t, i.fields.source); }},
    Field<Ip6>{"dst", [](Ip6& i, string_view t) { return read_v6(t, i.fields.destination); }},
    Field<Ip6>{"hlim", [](Ip6& i, string_view t) { return read(t, i.fields.hop_limit); }},
    Field<Ip6>{"next", [](Ip6& i, string_view t) { return read(t, i.next); }},
    Field<Ip6>{"tc", [](Ip6& i, string_view t) { return read(t, i.fields.traffic_class); }},
    Field<Ip6>{"flow", [](Ip6& i, string_view t) { return read<std::uint32_t>(t, i.fields.flow_label, 0xfffff); }},
    Field<Ip6>{"len", [](Ip6& i, string_view t) { return read(t, i.fields.payload_length); }},
};

constexpr std::array extension_fields{
    Field<Ip6Extension>{"kind",
                        [](Ip6Extension& e, string_view t) {
                            return read_named(t, e.fields.kind,
                                              {{"hop", 0}, {"routing", 43}, {"fragment", 44}, {"ah", 51}, {"dst", 60}});
                        }},
    Field<Ip6Extension>{"next", [](Ip6Extension& e, string_view t) { return read(t, e.next); }},
    Field<Ip6Extension>{"data", [](Ip6Extension& e, string_view t) { return read(t, e.data); }},
    Field<Ip6Extension>{"reserved", [](Ip6Extension& e, string_view t) { return read(t, e.fields.reserved); }},
};

constexpr std::array fragment_fields{
    Field<Ip6Fragment>{"next", [](Ip6Fragment& f, string_view t) { return read(t, f.next); }},
    Field<Ip6Fragment>{"frag",
                       [](Ip6Fragment& f, string_view t) { return read<std::uint16_t>(t, f.fields.offset, 0xfff8); }},
    Field<Ip6Fragment>{"mf", [](Ip6Fragment& f, string_view t) { return read(t, f.fields.more); }, true},
    Field<Ip6Fragment>{"id", [](Ip6Fragment& f, string_view t) { return read(t, f.fields.identification); }},
};

constexpr std::array icmp_fields{
    Field<IcmpPart>{"type",
                    [](IcmpPart& i, string_view t) {
                        return read_named(t, i.fields.type,
                                          {{"echo-reply", 0},
                                           {"unreachable", 3},
                                           {"redirect", 5},
                                           {"echo-request", 8},
                                           {"time-exceeded", 11},
                                           {"parameter-problem", 12}});
                    }},
    Field<IcmpPart>{"code", [](IcmpPart& i, string_view t) { return read(t, i.fields.code); }},
    Field<IcmpPart>{"id", [](IcmpPart& i, string_view t) { return read_half(t, i.fields.rest, true); }},
    Field<IcmpPart>{"seq", [](IcmpPart& i, string_view t) { return read_half(t, i.fields.rest, false); }},
    Field<IcmpPart>{"mtu", [](IcmpPart& i, string_view t) { return read_half(t, i.fields.rest, false); }},
    Field<IcmpPart>{"gateway",
                    [](IcmpPart& i, string_view t) {
                        pier::Address gateway = pier::Address::v4({});
                        Fault fault = read_v4(t, gateway);
                        if (fault.empty()) i.fields.rest = static_cast<std::uint32_t>(gateway.number().low);
                        return fault;
                    }},
    Field<IcmpPart>{"rest", [](IcmpPart& i, string_view t) { return read(t, i.fields.rest); }},
    Field<IcmpPart>{"chksum", [](IcmpPart& i, string_view t) { return read(t, i.fields.checksum); }},
};

constexpr std::array icmp6_fields{
    Field<Icmp6Part>{"type",
                     [](Icmp6Part& i, string_view t) {
                         return read_named(t, i.fields.type,
                                           {{"unreachable", 1},
                                            {"packet-too-big", 2},
                                            {"time-exceeded", 3},
                                            {"parameter-problem", 4},
                                            {"echo-request", 128},
                                            {"echo-reply", 129}});
                     }},
    Field<Icmp6Part>{"code", [](Icmp6Part& i, string_view t) { return read(t, i.fields.code); }},
    Field<Icmp6Part>{"id", [](Icmp6Part& i, string_view t) { return read_half(t, i.fields.rest, true); }},
    Field<Icmp6Part>{"seq", [](Icmp6Part& i, string_view t) { return read_half(t, i.fields.rest, false); }},
    Field<Icmp6Part>{"mtu", [](Icmp6Part& i, string_view t) { return read(t, i.fields.rest); }},
    Field<Icmp6Part>{"rest", [](Icmp6Part& i, string_view t) { return read(t, i.fields.rest); }},
    Field<Icmp6Part>{"chksum", [](Icmp6Part& i, string_view t) { return read(t, i.fields.checksum); }},
};

constexpr std::array rs_fields{
    Field<RouterSolicitation>{"source_mac", add_source_link<RouterSolicitation>},
    Field<RouterSolicitation>{"options", add_options<RouterSolicitation>},
};

using Ra = RouterAdvertisement;
constexpr std::array ra_fields{
    Field<Ra>{"hlim", [](Ra& r, string_view t) { return read(t, r.fields.hop_limit); }},
    Field<Ra>{"flags", [](Ra& r, string_view t) { return read(t, r.fields.flags); }},
    Field<Ra>{"lifetime", [](Ra& r, string_view t) { return read(t, r.fields.lifetime_s); }},
    Field<Ra>{"reachable", [](Ra& r, string_view t) { return read(t, r.fields.reachable_ms); }},
    Field<Ra>{"retransmit", [](Ra& r, string_view t) { return read(t, r.fields.retransmit_ms); }},
    Field<Ra>{"source_mac", add_source_link<Ra>},
    Field<Ra>{"options", add_options<Ra>},
};

constexpr std::array ns_fields{
    Field<NeighbourSolicitation>{"target",
                                 [](NeighbourSolicitation& n, string_view t) { return read_v6(t, n.target); }},
    Field<NeighbourSolicitation>{"source_mac", add_source_link<NeighbourSolicitation>},
    Field<NeighbourSolicitation>{"options", add_options<NeighbourSolicitation>},
};

using Na = NeighbourAdvertisement;
constexpr std::array na_fields{
    Field<Na>{"target", [](Na& n, string_view t) { return read_v6(t, n.fields.target); }},
    Field<Na>{"router", [](Na& n, string_view t) { return read(t, n.fields.router); }, true},
    Field<Na>{"solicited", [](Na& n, string_view t) { return read(t, n.fields.solicited); }, true},
    Field<Na>{"override", [](Na& n, string_view t) { return read(t, n.fields.override_cache); }, true},
    Field<Na>{"target_mac", add_target_link<Na>},
    Field<Na>{"options", add_options<Na>},
};

constexpr std::array tcp_fields{
    Field<TcpPart>{"sport", [](TcpPart& p, string_view t) { return read(t, p.fields.source_port); }},
    Field<TcpPart>{"dport", [](TcpPart& p, string_view t) { return read(t, p.fields.destination_port); }},
    Field<TcpPart>{"seq", [](TcpPart& p, string_view t) { return read(t, p.fields.sequence); }},
    Field<TcpPart>{"ack", [](TcpPart& p, string_view t) { return read(t, p.fields.acknowledgment); }},
    Field<TcpPart>{"flags", [](TcpPart& p, string_view t) { return read_tcp_flags(t, p.fields.flags); }},
    Field<TcpPart>{"window", [](TcpPart& p, string_view t) { return read(t, p.fields.window); }},
    Field<TcpPart>{"urgent", [](TcpPart& p, string_view t) { return read(t, p.fields.urgent_pointer); }},
    Field<TcpPart>{"reserved", [](TcpPart& p, string_view t) { return read<std::uint8_t>(t, p.fields.reserved, 15); }},
    Field<TcpPart>{"chksum", [](TcpPart& p, string_view t) { return read(t, p.fields.checksum); }},
    Field<TcpPart>{"mss", [](TcpPart& p, string_view t) { return read(t, p.options.mss); }},
    Field<TcpPart>{"wscale", [](TcpPart& p, string_view t) { return read(t, p.options.window_scale); }},
    Field<TcpPart>{"sackok", [](TcpPart& p, string_view t) { return read(t, p.options.sack_permitted); }, true},
    Field<TcpPart>{"ts", [](TcpPart& p, string_view t) { return read_timestamps(t, p.options); }},
    Field<TcpPart>{"sack", [](TcpPart& p, string_view t) { return read_sack(t, p.options); }},
    Field<TcpPart>{"options", [](TcpPart& p, string_view t) { return read(t, p.raw_options); }},
};

constexpr std::array udp_fields{
    Field<UdpPart>{"sport", [](UdpPart& u, string_view t) { return read(t, u.fields.source_port); }},
    Field<UdpPart>{"dport", [](UdpPart& u, string_view t) { return read(t, u.fields.destination_port); }},
    Field<UdpPart>{"len", [](UdpPart& u, string_view t) { return read(t, u.fields.length); }},
    Field<UdpPart>{"chksum", [](UdpPart& u, string_view t) { return read(t, u.fields.checksum); }},
};

// Bytes themselves: what it is set to stands behind what is there.
constexpr std::array raw_fields{
    Field<Raw>{"hex",
               [](Raw& r, string_view t) {
                   ByteVector bytes;
                   Fault fault = read(t, bytes);
                   r.bytes.insert(r.bytes.end(), bytes.begin(), bytes.end());
                   return fault;
               }},
    Field<Raw>{"text",
               [](Raw& r, string_view t) {
                   for (const char c : t) r.bytes.push_back(static_cast<std::byte>(c));
                   return Fault();
               }},
    Field<Raw>{"zeros",
               [](Raw& r, string_view t) {
                   std::uint16_t count = 0;
                   Fault fault = read(t, count);
                   r.bytes.resize(r.bytes.size() + count);
                   return fault;
               }},
};

// Calls what is given with the name of each kind of layer, an empty one, and its fields; until it gives true.
template <class Visit>
bool any_layer(Visit visit) {
    return visit("eth", Eth{}, std::span(eth_fields)) || visit("vlan", Vlan{}, std::span(vlan_fields)) ||
           visit("arp", ArpPart{}, std::span(arp_fields)) || visit("ip", Ip{}, std::span(ip_fields)) ||
           visit("ip6", Ip6{}, std::span(ip6_fields)) || visit("ext", Ip6Extension{}, std::span(extension_fields)) ||
           visit("frag", Ip6Fragment{}, std::span(fragment_fields)) ||
           visit("icmp", IcmpPart{}, std::span(icmp_fields)) || visit("icmp6", Icmp6Part{}, std::span(icmp6_fields)) ||
           visit("rs", RouterSolicitation{}, std::span(rs_fields)) || visit("ra", Ra{}, std::span(ra_fields)) ||
           visit("ns", NeighbourSolicitation{}, std::span(ns_fields)) || visit("na", Na{}, std::span(na_fields)) ||
           visit("tcp", TcpPart{}, std::span(tcp_fields)) || visit("udp", UdpPart{}, std::span(udp_fields)) ||
           visit("raw", Raw{}, std::span(raw_fields));
}

template <class Fields>
std::string names_of(const Fields& fields) {
    std::string names;
    for (const auto& field : fields) names.append(names.empty() ? "" : ", ").append(field.name);
    return names;
}

template <class Part, class Fields>
Fault set(Part& part, const Fields& fields, string_view name, std::optional<string_view> value) {
    const auto found = std::ranges::find(fields, name, [](const auto& field) { return field.name; });
    if (found == fields.end()) {
        return "has no field \"" + std::string(name) + "\"; it has: " + names_of(fields);
    }
    if (!value && !found->is_flag) return std::string(name) + " needs a value: " + std::string(name) + "=...";
    const string_view text = value.value_or("1");
    Fault fault = found->set(part, text);
    if (fault.empty()) return fault;
    return std::string(name) + ": \"" + std::string(text) + "\" " + fault;
}

}  // namespace

std::optional<Layer> layer_of(string_view name) {
    std::optional<Layer> made;
    any_layer([&](string_view each, const auto& empty, const auto&) {
        if (each != name) return false;
        made = empty;
        return true;
    });
    return made;
}

std::string layer_names() {
    std::string names;
    for (const LayerHelp& each : layer_help()) names.append(names.empty() ? "" : ", ").append(each.name);
    return names;
}

Fault set_field(Layer& layer, string_view name, std::optional<string_view> value) {
    Fault fault;
    any_layer([&](string_view, const auto& empty, const auto& fields) {
        auto* part = std::get_if<std::decay_t<decltype(empty)>>(&layer);
        if (part == nullptr) return false;
        fault = set(*part, fields, name, value);
        return true;
    });
    return fault;
}

std::vector<LayerHelp> layer_help() {
    std::vector<LayerHelp> all;
    any_layer([&](string_view name, const auto&, const auto& fields) {
        all.push_back({std::string(name), names_of(fields)});
        return false;
    });
    return all;
}

}  // namespace send_frame
