#include "trace/probes.hpp"

#include <pier/packet/icmp.hpp>
#include <pier/packet/icmpv6.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>

#include <algorithm>

namespace ping {
namespace {

namespace packet = pier::packet;
using packet::Bytes;

bool is_target(const pier::Address& address, const pier::Endpoint& target) {
    const auto bytes = address.bytes();
    const std::size_t size = target.family() == pier::Family::ipv6 ? 16 : 4;
    return bytes.size() == size && std::equal(bytes.begin(), bytes.end(), target.v6_bytes().begin());
}

// The probe whose first 8 bytes behind the IP header these are.
std::optional<std::size_t> probe_of(Bytes bytes, std::uint8_t protocol, const TraceQuestion& question) {
    if (bytes.size() < 8) return std::nullopt;
    const bool is_v6 = question.target.family() == pier::Family::ipv6;
    if (question.method == Method::udp) {
        if (protocol != packet::ip_protocol::udp) return std::nullopt;
        if (packet::load<std::uint16_t>(bytes, 0) != question.identifier) return std::nullopt;
        const auto port = packet::load<std::uint16_t>(bytes, 2);
        if (port < TraceQuestion::first_port) return std::nullopt;
        return static_cast<std::size_t>(port - TraceQuestion::first_port);
    }
    if (protocol != (is_v6 ? packet::ip_protocol::icmpv6 : packet::ip_protocol::icmp)) return std::nullopt;
    const std::uint8_t request = is_v6 ? packet::icmpv6_type::echo_request : packet::icmp_type::echo_request;
    if (packet::load<std::uint8_t>(bytes, 0) != request) return std::nullopt;
    if (packet::load<std::uint16_t>(bytes, 4) != question.identifier) return std::nullopt;
    return packet::load<std::uint16_t>(bytes, 6);
}

std::optional<std::size_t> probe_of_original(Bytes original, const TraceQuestion& question) {
    if (question.target.family() == pier::Family::ipv6) {
        const auto header = packet::Ipv6::read(original);
        if (!header || !is_target(header->destination(), question.target)) return std::nullopt;
        return probe_of(header->payload(), header->next_header(), question);
    }
    const auto header = packet::Ipv4::read(original);
    if (!header || header->fragment_offset() != 0 || !is_target(header->destination(), question.target)) {
        return std::nullopt;
    }
    return probe_of(header->payload(), header->protocol(), question);
}

std::string other_code(std::uint8_t code) { return "!<" + std::to_string(code) + ">"; }

// As traceroute has them. A port that is closed is how the target itself answers UDP.
std::string remark_v4(std::uint8_t code) {
    switch (code) {
        case 0:
            return "!N";
        case 1:
            return "!H";
        case 2:
            return "!P";
        case 3:
            return {};
        case 4:
            return "!F";
        case 5:
            return "!S";
        case 13:
            return "!X";
        case 14:
            return "!V";
        case 15:
            return "!C";
        default:
            return other_code(code);
    }
}
std::string remark_v6(std::uint8_t code) {
    switch (code) {
        case 0:
            return "!N";
        case 1:
            return "!X";
        case 3:
            return "!H";
        case 4:
            return {};
        default:
            return other_code(code);
    }
}

}  // namespace

std::optional<TraceAnswer> read_trace_answer(const pier::RawPacket& came, const TraceQuestion& question,
                                             std::size_t probes) {
    const bool is_v6 = question.target.family() == pier::Family::ipv6;
    if (came.data.size() < 8) return std::nullopt;
    if (!is_v6 && !came.truncated && packet::internet_checksum(came.data) != 0) return std::nullopt;
    const auto type = packet::load<std::uint8_t>(came.data, 0);
    const auto code = packet::load<std::uint8_t>(came.data, 1);
    const std::uint8_t reply = is_v6 ? packet::icmpv6_type::echo_reply : packet::icmp_type::echo_reply;
    const std::uint8_t exceeded = is_v6 ? packet::icmpv6_type::time_exceeded : packet::icmp_type::time_exceeded;
    const std::uint8_t unreachable = is_v6 ? packet::icmpv6_type::unreachable : packet::icmp_type::unreachable;
    TraceAnswer answer;
    std::optional<std::size_t> probe;
    if (type == reply) {
        if (question.method != Method::icmp || came.from.v6_bytes() != question.target.v6_bytes()) return std::nullopt;
        if (packet::load<std::uint16_t>(came.data, 4) != question.identifier) return std::nullopt;
        probe = packet::load<std::uint16_t>(came.data, 6);
        answer.is_end = true;
    } else if (type == exceeded || type == unreachable) {
        const auto original =
            is_v6 ? packet::Icmpv6::read(came.data)->original() : packet::Icmp::read(came.data)->original();
        probe = probe_of_original(original, question);
        answer.is_end = type == unreachable;
        if (answer.is_end) answer.remark = is_v6 ? remark_v6(code) : remark_v4(code);
    }
    if (!probe || *probe >= probes) return std::nullopt;
    answer.probe = *probe;
    return answer;
}

}  // namespace ping
