#include "words.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace pier::packet::filter {

namespace {

template <class Value>
using Entry = std::pair<std::string_view, Value>;

constexpr Entry<Protocol> protocols[] = {
    {"ether", Protocol::ether}, {"link", Protocol::ether}, {"ip", Protocol::ip},       {"ip6", Protocol::ip6},
    {"arp", Protocol::arp},     {"rarp", Protocol::rarp},  {"tcp", Protocol::tcp},     {"udp", Protocol::udp},
    {"sctp", Protocol::sctp},   {"icmp", Protocol::icmp},  {"icmp6", Protocol::icmp6}, {"igmp", Protocol::igmp},
    {"igrp", Protocol::igrp},   {"pim", Protocol::pim},    {"vrrp", Protocol::vrrp},   {"ah", Protocol::ah},
    {"esp", Protocol::esp},
};

// pcap-filter(7).
constexpr Entry<std::uint32_t> constants[] = {
    {"icmptype", 0},
    {"icmpcode", 1},
    {"icmp-echoreply", 0},
    {"icmp-unreach", 3},
    {"icmp-sourcequench", 4},
    {"icmp-redirect", 5},
    {"icmp-echo", 8},
    {"icmp-routeradvert", 9},
    {"icmp-routersolicit", 10},
    {"icmp-timxceed", 11},
    {"icmp-paramprob", 12},
    {"icmp-tstamp", 13},
    {"icmp-tstampreply", 14},
    {"icmp-ireq", 15},
    {"icmp-ireqreply", 16},
    {"icmp-maskreq", 17},
    {"icmp-maskreply", 18},
    {"icmp6type", 0},
    {"icmp6code", 1},
    {"icmp6-destinationunreach", 1},
    {"icmp6-packettoobig", 2},
    {"icmp6-timeexceeded", 3},
    {"icmp6-parameterproblem", 4},
    {"icmp6-echo", 128},
    {"icmp6-echoreply", 129},
    {"icmp6-multicastlistenerquery", 130},
    {"icmp6-multicastlistenerreportv1", 131},
    {"icmp6-multicastlistenerdone", 132},
    {"icmp6-routersolicit", 133},
    {"icmp6-routeradvert", 134},
    {"icmp6-neighborsolicit", 135},
    {"icmp6-neighboradvert", 136},
    {"icmp6-redirect", 137},
    {"tcpflags", 13},
    {"tcp-fin", 0x01},
    {"tcp-syn", 0x02},
    {"tcp-rst", 0x04},
    {"tcp-push", 0x08},
    {"tcp-ack", 0x10},
    {"tcp-urg", 0x20},
    {"tcp-ece", 0x40},
    {"tcp-cwr", 0x80},
};

// IANA's registry of services, and the protocols that systems list for them.
constexpr Entry<FilterService> services[] = {
    {"ftp-data", {20, true, false}},     {"ftp", {21, true, false}},           {"ssh", {22, true, false}},
    {"telnet", {23, true, false}},       {"smtp", {25, true, false}},          {"domain", {53, true, true}},
    {"bootps", {67, false, true}},       {"bootpc", {68, false, true}},        {"tftp", {69, false, true}},
    {"http", {80, true, false}},         {"kerberos", {88, true, true}},       {"pop3", {110, true, false}},
    {"sunrpc", {111, true, true}},       {"ntp", {123, false, true}},          {"imap2", {143, true, false}},
    {"snmp", {161, true, true}},         {"bgp", {179, true, false}},          {"ldap", {389, true, true}},
    {"https", {443, true, true}},        {"syslog", {514, false, true}},       {"submission", {587, true, false}},
    {"ldaps", {636, true, true}},        {"imaps", {993, true, false}},        {"pop3s", {995, true, false}},
    {"openvpn", {1194, true, true}},     {"nfs", {2049, true, true}},          {"mysql", {3306, true, false}},
    {"sip", {5060, true, true}},         {"xmpp-client", {5222, true, false}}, {"mdns", {5353, false, true}},
    {"postgresql", {5432, true, false}},
};

constexpr Entry<std::uint32_t> ether_types[] = {
    {"ip", ether_type::ipv4}, {"ip6", ether_type::ipv6}, {"arp", ether_type::arp},
    {"rarp", 0x8035},         {"loopback", 0x9000},
};

template <class Value, std::size_t Count>
std::optional<Value> find(const Entry<Value> (&table)[Count], std::string_view word) {
    const auto* entry = std::ranges::find(table, word, &Entry<Value>::first);
    return entry == std::end(table) ? std::nullopt : std::optional(entry->second);
}

}  // namespace

std::optional<Protocol> protocol_of(std::string_view word) { return find(protocols, word); }
std::optional<std::uint32_t> constant_of(std::string_view word) { return find(constants, word); }
std::optional<FilterService> service_of(std::string_view name) { return find(services, name); }
std::optional<std::uint32_t> ether_type_of(std::string_view name) { return find(ether_types, name); }

}  // namespace pier::packet::filter
