#include "answer.hpp"

#include <pier/packet/icmp.hpp>
#include <pier/packet/icmpv6.hpp>
#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/numbers.hpp>

#include <algorithm>

namespace ping {
namespace {

namespace packet = pier::packet;
using packet::Bytes;

constexpr std::size_t header_size = 8;

bool is_v6(const Question& question) { return question.target.family() == pier::Family::ipv6; }

bool is_same_address(const pier::Endpoint& one, const pier::Endpoint& other) {
    return one.family() == other.family() && one.v6_bytes() == other.v6_bytes();
}

bool is_for_many(const pier::Endpoint& target) {
    if (target.family() == pier::Family::ipv6) return target.v6_bytes()[0] == 0xff;
    return target.v4_bytes()[0] >= 224 && target.v4_bytes()[0] < 240;
}

bool is_target(const pier::Address& address, const pier::Endpoint& target) {
    const auto bytes = address.bytes();
    const std::size_t size = target.family() == pier::Family::ipv6 ? 16 : 4;
    return bytes.size() == size && std::equal(bytes.begin(), bytes.end(), target.v6_bytes().begin());
}

// What is compared of an echo's 8 bytes. Header of ICMP and of ICMPv6 are the same there.
struct Echo {
    std::uint8_t type, code;
    std::uint16_t identifier, sequence;
};
std::optional<Echo> read_echo(Bytes bytes) {
    if (bytes.size() < header_size) return std::nullopt;
    return Echo{packet::load<std::uint8_t>(bytes, 0), packet::load<std::uint8_t>(bytes, 1),
                packet::load<std::uint16_t>(bytes, 4), packet::load<std::uint16_t>(bytes, 6)};
}

std::uint8_t request_type(const Question& question) {
    return is_v6(question) ? packet::icmpv6_type::echo_request : packet::icmp_type::echo_request;
}
std::uint8_t reply_type(const Question& question) {
    return is_v6(question) ? packet::icmpv6_type::echo_reply : packet::icmp_type::echo_reply;
}

// The sequence number of our request that an error has sent back.
std::optional<std::uint16_t> sequence_of_original(Bytes original, const Question& question) {
    std::optional<Echo> echo;
    if (is_v6(question)) {
        const auto header = packet::Ipv6::read(original);
        if (!header || header->next_header() != packet::ip_protocol::icmpv6) return std::nullopt;
        if (!is_target(header->destination(), question.target)) return std::nullopt;
        echo = read_echo(header->payload());
    } else {
        const auto header = packet::Ipv4::read(original);
        if (!header || header->protocol() != packet::ip_protocol::icmp) return std::nullopt;
        if (header->fragment_offset() != 0 || !is_target(header->destination(), question.target)) return std::nullopt;
        echo = read_echo(header->payload());
    }
    if (!echo || echo->type != request_type(question) || echo->identifier != question.identifier) return std::nullopt;
    return echo->sequence;
}

void compare_payload(Answer& answer, Bytes payload, const Question& question) {
    answer.shorter = payload.size() < question.payload.size();
    answer.longer = payload.size() > question.payload.size();
    const std::size_t common = std::min(payload.size(), question.payload.size());
    for (std::size_t i = 0; i < common; ++i) {
        if (payload[i] == question.payload[i]) continue;
        answer.wrong =
            WrongByte{i, std::to_integer<std::uint8_t>(question.payload[i]), std::to_integer<std::uint8_t>(payload[i])};
        return;
    }
}

// What a ping socket tells of a request that came back, which the system has found to be this socket's.
Answer of_failure(const pier::RawPacket& packet, const Question& question) {
    Answer answer;
    const auto echo = read_echo(packet.data);
    if (!echo || echo->type != request_type(question)) return answer;
    answer.kind = Kind::failure;
    answer.sequence = echo->sequence;
    answer.type = packet.failure->type;
    answer.code = packet.failure->code;
    answer.mtu = packet.failure->mtu;
    return answer;
}

template <class Message>
Answer of_error(const Message& message, const Question& question) {
    Answer answer;
    const auto sequence = sequence_of_original(message.original(), question);
    if (!sequence) return answer;
    answer.kind = Kind::failure;
    answer.sequence = *sequence;
    answer.type = message.type();
    answer.code = message.code();
    answer.mtu = message.mtu();
    return answer;
}

std::string unknown(std::string_view what, std::uint8_t code) {
    return std::string(what) + ", Unknown Code: " + std::to_string(code);
}

std::string describe_v4(const Answer& failure) {
    using namespace packet;
    switch (failure.type) {
        case icmp_type::unreachable:
            switch (failure.code) {
                case 0:
                    return "Destination Net Unreachable";
                case 1:
                    return "Destination Host Unreachable";
                case 2:
                    return "Destination Protocol Unreachable";
                case 3:
                    return "Destination Port Unreachable";
                case 4:
                    return "Frag needed and DF set (mtu = " + std::to_string(failure.mtu) + ")";
                case 5:
                    return "Source Route Failed";
                case 6:
                    return "Destination Net Unknown";
                case 7:
                    return "Destination Host Unknown";
                case 8:
                    return "Source Host Isolated";
                case 9:
                    return "Destination Net Prohibited";
                case 10:
                    return "Destination Host Prohibited";
                case 11:
                    return "Destination Net Unreachable for Type of Service";
                case 12:
                    return "Destination Host Unreachable for Type of Service";
                case 13:
                    return "Packet filtered";
                case 14:
                    return "Precedence Violation";
                case 15:
                    return "Precedence Cutoff";
                default:
                    return unknown("Dest Unreachable", failure.code);
            }
        case icmp_type::time_exceeded:
            if (failure.code == 0) return "Time to live exceeded";
            if (failure.code == 1) return "Frag reassembly time exceeded";
            return unknown("Time exceeded", failure.code);
        case icmp_type::parameter_problem:
            return "Parameter problem";
        default:
            return "Bad ICMP type: " + std::to_string(failure.type);
    }
}

std::string describe_v6(const Answer& failure) {
    using namespace packet;
    switch (failure.type) {
        case icmpv6_type::unreachable:
            switch (failure.code) {
                case 0:
                    return "Destination unreachable: No route";
                case 1:
                    return "Destination unreachable: Administratively prohibited";
                case 2:
                    return "Destination unreachable: Beyond scope of source address";
                case 3:
                    return "Destination unreachable: Address unreachable";
                case 4:
                    return "Destination unreachable: Port unreachable";
                default:
                    return unknown("Destination unreachable", failure.code);
            }
        case icmpv6_type::packet_too_big:
            return "Packet too big: mtu=" + std::to_string(failure.mtu);
        case icmpv6_type::time_exceeded:
            if (failure.code == 0) return "Time exceeded: Hop limit";
            if (failure.code == 1) return "Time exceeded: Defragmentation failure";
            return unknown("Time exceeded", failure.code);
        case icmpv6_type::parameter_problem:
            return "Parameter problem";
        default:
            return "Bad ICMP type: " + std::to_string(failure.type);
    }
}

}  // namespace

std::vector<std::byte> request(const Question& question, std::uint16_t sequence) {
    std::vector<std::byte> bytes(header_size + question.payload.size());
    const packet::Room room(bytes);
    packet::store<std::uint8_t>(room, 0, request_type(question));
    packet::store<std::uint16_t>(room, 4, question.identifier);
    packet::store<std::uint16_t>(room, 6, sequence);
    packet::place(room, header_size, question.payload);
    if (!is_v6(question)) packet::store<std::uint16_t>(room, 2, packet::internet_checksum(bytes));
    return bytes;
}

Answer read_answer(const pier::RawPacket& packet, const Question& question) {
    if (packet.failure) return of_failure(packet, question);
    const auto echo = read_echo(packet.data);
    if (!echo) return {};
    Answer answer;
    if (echo->type != reply_type(question)) {
        // Of ICMPv6 the system has looked at the checksum (RFC 3542, section 3.1). Linux hands on broken ones of ICMP.
        if (is_v6(question)) {
            const auto message = packet::Icmpv6::read(packet.data);
            return message ? of_error(*message, question) : answer;
        }
        const auto message = packet::Icmp::read(packet.data);
        if (!message) return answer;
        answer = of_error(*message, question);
        const bool is_broken = !packet.truncated && !message->checksum_is_right();
        if (answer.kind == Kind::failure && is_broken) answer.kind = Kind::broken;
        return answer;
    }
    if (echo->identifier != question.identifier || echo->code != 0) return answer;
    answer.sequence = echo->sequence;
    answer.size = packet.data.size();
    if (!is_for_many(question.target) && !is_same_address(packet.from, question.target)) {
        answer.kind = Kind::stranger;
    } else if (!is_v6(question) && !packet.truncated && packet::internet_checksum(packet.data) != 0) {
        answer.kind = Kind::broken;
    } else {
        answer.kind = Kind::answer;
        compare_payload(answer, packet.data.subspan(header_size), question);
    }
    return answer;
}

std::string describe_failure(pier::Family family, const Answer& failure) {
    return family == pier::Family::ipv6 ? describe_v6(failure) : describe_v4(failure);
}

}  // namespace ping
