#include <pier/chat/message.hpp>

#include "fields.hpp"

#include <array>

namespace pier::chat {
namespace {

struct Shape {
    bool id;
    bool number;
    bool name;
    bool other;
    bool text;
};

constexpr std::array shapes{
    Shape{false, true, false, false, true},    // say
    Shape{false, false, true, false, true},    // tell
    Shape{false, false, true, false, false},   // nick
    Shape{false, false, false, false, false},  // who
    Shape{false, false, false, false, false},  // bye
    Shape{true, true, true, false, true},      // said
    Shape{false, true, true, false, true},     // told
    Shape{true, false, true, false, false},    // joined
    Shape{true, false, true, false, true},     // left
    Shape{true, false, true, true, false},     // renamed
    Shape{false, false, false, false, true},   // note
    Shape{false, false, false, false, false},  // farewell
};
static_assert(shapes.size() == static_cast<std::size_t>(MessageKind::farewell));

}  // namespace

std::string encode(const Message& message) {
    const Shape& shape = shapes[static_cast<std::size_t>(message.kind) - 1];
    Writer out(64 + message.text.size());
    out.number(static_cast<std::uint8_t>(message.kind));
    if (shape.id) out.number(message.id);
    if (shape.number) out.number(message.number);
    if (shape.name) out.short_text(message.name);
    if (shape.other) out.short_text(message.other);
    if (shape.text) out.text(message.text);
    const auto bytes = out.take();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<Message> parse_message(std::string_view bytes) {
    Reader in(std::as_bytes(std::span(bytes.data(), bytes.size())));
    const auto kind = in.number<std::uint8_t>();
    if (kind == 0 || kind > shapes.size()) return std::nullopt;
    const Shape& shape = shapes[kind - 1U];
    Message message{.kind = static_cast<MessageKind>(kind)};
    if (shape.id) message.id = in.number<std::uint32_t>();
    if (shape.number) message.number = in.number<std::uint32_t>();
    if (shape.name) message.name = in.short_text();
    if (shape.other) message.other = in.short_text();
    if (shape.text && !in.failed()) message.text = in.rest();
    if (!in.ended()) return std::nullopt;
    return message;
}

}  // namespace pier::chat
