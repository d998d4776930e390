#include "parts.hpp"

#include <pier/packet/neighbour.hpp>
#include <pier/packet/tcp_options.hpp>

#include <array>
#include <utility>

namespace pier::packet {
namespace {

std::string option_text(const Option& option) {
    const Bytes data = option.data;
    switch (option.kind) {
        case tcp_option::no_operation:
            return "nop";
        case tcp_option::mss:
            if (data.size() == 2) return "mss " + std::to_string(load<std::uint16_t>(data, 0));
            break;
        case tcp_option::window_scale:
            if (data.size() == 1) return "wscale " + std::to_string(load<std::uint8_t>(data, 0));
            break;
        case tcp_option::sack_permitted:
            if (data.empty()) return "sackOK";
            break;
        case tcp_option::timestamps:
            if (data.size() != 8) break;
            return "TS val " + std::to_string(load<std::uint32_t>(data, 0)) + " ecr " +
                   std::to_string(load<std::uint32_t>(data, 4));
        case tcp_option::sack: {
            if (data.size() % 8 != 0) break;
            std::string text = "sack " + std::to_string(data.size() / 8);
            for (std::size_t at = 0; at < data.size(); at += 8) {
                text += " {" + std::to_string(load<std::uint32_t>(data, at)) + ":" +
                        std::to_string(load<std::uint32_t>(data, at + 4)) + "}";
            }
            return text;
        }
        default:
            break;
    }
    return "kind " + std::to_string(option.kind) + " of " + std::to_string(data.size()) + " bytes";
}

std::string unreachable_text(const Icmp& icmp) {
    switch (icmp.code()) {
        case 0:
            return "net unreachable";
        case 1:
            return "host unreachable";
        case 2:
            return "protocol unreachable";
        case 3:
            return "port unreachable";
        case 4:
            return "unreachable - need to frag (mtu " + std::to_string(icmp.mtu()) + ")";
        default:
            return "unreachable, code " + std::to_string(icmp.code());
    }
}

std::string with_code(std::string_view name, std::uint8_t code) {
    return std::string(name) + ", code " + std::to_string(code);
}

std::string numbers(std::uint16_t identifier, std::uint16_t sequence) {
    return ", id " + std::to_string(identifier) + ", seq " + std::to_string(sequence);
}

std::string string_text(std::string_view bytes) {
    std::string text = "\"";
    for (const char c : bytes) {
        const unsigned value = static_cast<unsigned char>(c);
        if (value >= 0x20 && value < 0x7f && c != '"' && c != '\\') {
            text += c;
            continue;
        }
        text += '\\';
        for (const unsigned unit : {100U, 10U, 1U}) text += static_cast<char>('0' + value / unit % 10);
    }
    return text + "\"";
}

std::string name_text(const DnsName& name) {
    const std::string text = name.to_string();
    return text == "." ? text : text + ".";
}

struct DataText {
    std::string operator()(const Address& address) const { return address.to_string(); }
    std::string operator()(const DnsName& name) const { return name_text(name); }
    std::string operator()(const DnsMx& mx) const {
        return name_text(mx.exchange) + " " + std::to_string(mx.preference);
    }
    std::string operator()(const DnsSrv& srv) const {
        return name_text(srv.target) + ":" + std::to_string(srv.port) + " " + std::to_string(srv.priority) + " " +
               std::to_string(srv.weight);
    }
    std::string operator()(const DnsSoa& soa) const {
        return name_text(soa.primary) + " " + name_text(soa.mailbox) + " " + std::to_string(soa.serial);
    }
    std::string operator()(const DnsTxt& txt) const {
        std::string text;
        for (const std::string& each : txt.strings) text += (text.empty() ? "" : " ") + string_text(each);
        return text;
    }
    std::string operator()(const DnsRaw& raw) const { return "of " + std::to_string(raw.bytes.size()) + " bytes"; }
};

}  // namespace

std::string in_hexadecimal(std::uint32_t number, unsigned digits) {
    std::string text;
    for (unsigned i = 0; i < 8 && (i < digits || number != 0); ++i, number >>= 4) {
        text.insert(text.begin(), "0123456789abcdef"[number & 15]);
    }
    return "0x" + text;
}

std::string flags_text(const Tcp& tcp) {
    constexpr std::array<std::pair<std::uint8_t, char>, 8> letters = {{{tcp_flag::fin, 'F'},
                                                                       {tcp_flag::syn, 'S'},
                                                                       {tcp_flag::rst, 'R'},
                                                                       {tcp_flag::psh, 'P'},
                                                                       {tcp_flag::urg, 'U'},
                                                                       {tcp_flag::ece, 'E'},
                                                                       {tcp_flag::cwr, 'W'},
                                                                       {tcp_flag::ack, '.'}}};
    std::string text;
    for (const auto& [flag, letter] : letters) {
        if (tcp.has(flag)) text += letter;
    }
    return text.empty() ? "none" : text;
}

std::string options_text(const Tcp& tcp) {
    std::string text;
    OptionReader reader = tcp.read_options();
    for (;;) {
        const auto option = reader.next();
        if (option && !*option) return text;
        if (!text.empty()) text += ',';
        if (!option) return text + "bad";
        text += option_text(**option);
    }
}

std::string icmp_text(const Icmp& icmp) {
    switch (icmp.type()) {
        case icmp_type::echo_request:
            return "echo request" + numbers(icmp.identifier(), icmp.sequence());
        case icmp_type::echo_reply:
            return "echo reply" + numbers(icmp.identifier(), icmp.sequence());
        case icmp_type::unreachable:
            return unreachable_text(icmp);
        case icmp_type::redirect:
            return "redirect to " + icmp.gateway().to_string() + ", code " + std::to_string(icmp.code());
        case icmp_type::time_exceeded:
            return icmp.code() == 0 ? "time exceeded in-transit" : with_code("time exceeded", icmp.code());
        case icmp_type::parameter_problem:
            return "parameter problem - octet " + std::to_string(icmp.pointer());
        default:
            return with_code("type " + std::to_string(icmp.type()), icmp.code());
    }
}

std::string icmpv6_text(const Icmpv6& icmp) {
    const auto neighbour = Neighbour::read(icmp);
    const std::string target = neighbour ? neighbour->target().to_string() : "";
    switch (icmp.type()) {
        case icmpv6_type::echo_request:
            return "echo request" + numbers(icmp.identifier(), icmp.sequence());
        case icmpv6_type::echo_reply:
            return "echo reply" + numbers(icmp.identifier(), icmp.sequence());
        case icmpv6_type::unreachable:
            return with_code("destination unreachable", icmp.code());
        case icmpv6_type::packet_too_big:
            return "packet too big, mtu " + std::to_string(icmp.mtu());
        case icmpv6_type::time_exceeded:
            return with_code("time exceeded", icmp.code());
        case icmpv6_type::parameter_problem:
            return with_code("parameter problem", icmp.code()) + " - octet " + std::to_string(icmp.pointer());
        case icmpv6_type::router_solicitation:
            return "router solicitation";
        case icmpv6_type::router_advertisement:
            return "router advertisement";
        case icmpv6_type::neighbour_solicitation:
            return "neighbor solicitation, who has " + target;
        case icmpv6_type::neighbour_advertisement:
            return "neighbor advertisement, tgt is " + target;
        case icmpv6_type::redirect:
            return "redirect to " + target;
        default:
            return with_code("type " + std::to_string(icmp.type()), icmp.code());
    }
}

std::string dns_type_text(std::uint16_t type) {
    constexpr std::array<std::pair<std::uint16_t, std::string_view>, 9> names = {{{dns_type::a, "A"},
                                                                                  {dns_type::ns, "NS"},
                                                                                  {dns_type::cname, "CNAME"},
                                                                                  {dns_type::soa, "SOA"},
                                                                                  {dns_type::ptr, "PTR"},
                                                                                  {dns_type::mx, "MX"},
                                                                                  {dns_type::txt, "TXT"},
                                                                                  {dns_type::aaaa, "AAAA"},
                                                                                  {dns_type::srv, "SRV"}}};
    for (const auto& [number, name] : names) {
        if (number == type) return std::string(name);
    }
    return "TYPE" + std::to_string(type);
}

std::string dns_record_text(const DnsRecord& record) {
    return dns_type_text(record.type) + " " + std::visit(DataText{}, record.data);
}

std::string dns_text(Bytes message) {
    auto reader = DnsReader::read(message);
    if (!reader) return "DNS";
    const DnsHeader& header = reader->header();
    std::string text = std::to_string(header.identifier);
    if (!header.is_response() && (header.flags & 0x0100) != 0) text += '+';  // recursion desired
    if (header.is_response()) {
        if (header.response_code() != 0) text += " code " + std::to_string(header.response_code());
        text += " " + std::to_string(header.answers) + "/" + std::to_string(header.authorities) + "/" +
                std::to_string(header.additionals);
    }
    for (;;) {
        const auto question = reader->next_question();
        if (!question || !*question) break;
        if (!header.is_response()) text += " " + dns_type_text((*question)->type) + "? " + name_text((*question)->name);
    }
    std::string answers;
    for (std::uint32_t i = 0; i < header.answers; ++i) {
        const auto record = reader->next_record();
        if (!record || !*record) break;
        answers += (answers.empty() ? " " : ", ") + dns_record_text(**record);
    }
    return text + answers;
}

std::string protocol_text(std::uint16_t protocol) {
    switch (protocol) {
        case ip_protocol::hop_by_hop:
            return "hop-by-hop options";
        case ip_protocol::icmp:
            return "ICMP";
        case ip_protocol::tcp:
            return "TCP";
        case ip_protocol::udp:
            return "UDP";
        case ip_protocol::ipv4:
            return "IPv4";
        case ip_protocol::ipv6:
            return "IPv6";
        case ip_protocol::routing:
            return "routing";
        case ip_protocol::fragment:
            return "fragment";
        case ip_protocol::esp:
            return "ESP";
        case ip_protocol::ah:
            return "AH";
        case ip_protocol::icmpv6:
            return "ICMPv6";
        case ip_protocol::none:
            return "no next header";
        case ip_protocol::destination_options:
            return "destination options";
        default:
            return "protocol " + std::to_string(protocol);
    }
}

}  // namespace pier::packet
