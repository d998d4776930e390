#include <pier/chat/packet.hpp>

#include "fields.hpp"

#include <pier/chat/name.hpp>

#include <utility>

namespace pier::chat {
namespace {

constexpr std::uint16_t magic = 'P' << 8 | 'C';
constexpr std::uint8_t version = 1;
constexpr std::size_t join_size = 128;
constexpr std::size_t header_size = 12;
static_assert(header_size + 8 + longest_reason <= join_size, "no answer to a join is longer than it is");
static_assert(header_size + 8 + 1 + longest_name <= join_size);

enum class Kind : std::uint8_t { join = 1, welcome, refused, data, ack, ping, pong, gone };

struct Body {
    Writer& out;
    void operator()(const Join& join) {
        out.number(join.nonce);
        out.short_text(join.name);
        out.zeros_up_to(join_size);
    }
    void operator()(const Welcome& welcome) {
        out.number(welcome.nonce);
        out.number(welcome.id);
        out.number(welcome.timeout);
        out.number(welcome.burst);
        out.number(welcome.rate);
    }
    void operator()(const Refused& refused) {
        out.number(refused.nonce);
        out.text(std::string_view(refused.reason).substr(0, longest_reason));
    }
    void operator()(const Data& data) {
        out.number(data.number);
        out.number(data.base);
        out.text(data.message);
    }
    void operator()(const Ack& ack) {
        out.number(ack.next);
        out.number(ack.later);
    }
    void operator()(const Ping&) {}
    void operator()(const Pong&) {}
    void operator()(const Gone& gone) { out.text(std::string_view(gone.reason).substr(0, longest_reason)); }
};

std::optional<Packet> parse_body(Kind kind, std::uint64_t token, Reader& in) {
    Packet packet{.token = token};
    switch (kind) {
        case Kind::join: {
            Join join{in.number<std::uint64_t>(), in.short_text()};
            if (token != 0 || !in.rest_is_zero()) return std::nullopt;
            packet.body = std::move(join);
            break;
        }
        case Kind::welcome:
            packet.body = Welcome{in.number<std::uint64_t>(), in.number<std::uint32_t>(), in.number<std::uint32_t>(),
                                  in.number<std::uint16_t>(), in.number<std::uint16_t>()};
            break;
        case Kind::refused:
            if (token != 0) return std::nullopt;
            packet.body = Refused{in.number<std::uint64_t>(), in.rest()};
            break;
        case Kind::data:
            packet.body = Data{in.number<std::uint32_t>(), in.number<std::uint32_t>(), in.rest()};
            break;
        case Kind::ack:
            packet.body = Ack{in.number<std::uint32_t>(), in.number<std::uint32_t>()};
            break;
        case Kind::ping:
            packet.body = Ping{};
            break;
        case Kind::pong:
            packet.body = Pong{};
            break;
        case Kind::gone:
            packet.body = Gone{in.rest()};
            break;
        default:
            return std::nullopt;
    }
    if (!in.ended()) return std::nullopt;
    return packet;
}

}  // namespace

Bytes encode(const Packet& packet) {
    Writer out(join_size);
    out.number(magic);
    out.number(version);
    out.number(static_cast<std::uint8_t>(packet.body.index() + 1));
    out.number(packet.token);
    std::visit(Body{out}, packet.body);
    return out.take();
}

std::optional<Packet> parse_packet(std::span<const std::byte> bytes) {
    if (bytes.size() > longest_packet) return std::nullopt;
    Reader in(bytes);
    const bool ours = in.number<std::uint16_t>() == magic;
    const bool known = in.number<std::uint8_t>() == version;
    const auto kind = static_cast<Kind>(in.number<std::uint8_t>());
    const auto token = in.number<std::uint64_t>();
    if (!ours || !known || in.failed()) return std::nullopt;
    if (kind == Kind::join && bytes.size() != join_size) return std::nullopt;
    const bool outside = kind == Kind::join || kind == Kind::refused;
    if (!outside && token == 0) return std::nullopt;
    return parse_body(kind, token, in);
}

}  // namespace pier::chat
