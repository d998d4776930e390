// What two programs of a chat tell each other, inside of packets of the kind "data".
//
// The first byte is the kind; then come, where the kind has them and in this order, the sender's id (4 bytes), the
// number (4), the name and the second name (a byte of length each), and the text, up to the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pier::chat {

enum class MessageKind : std::uint8_t {
    // Of a client.
    say = 1,  // number of the line, text
    tell,     // name, text: for one member alone
    nick,     // name
    who,
    bye,
    // Of the server.
    said,      // id, number of the line, name, text
    told,      // number of private lines to this client, name of the sender, text
    joined,    // id, name
    left,      // id, name, text: why
    renamed,   // id, name, new name
    note,      // text: an answer, for this client alone
    farewell,  // the answer to bye: nothing comes after it
};

struct Message {
    MessageKind kind{};
    std::uint32_t id = 0;
    std::uint32_t number = 0;
    std::string name{};
    std::string other{};
    std::string text{};

    friend bool operator==(const Message&, const Message&) = default;
};

// Throws std::bad_alloc, as the other one does.
[[nodiscard]] std::string encode(const Message& message);
// Nothing where it is none. The texts are as they were sent: see clean() and is_name().
[[nodiscard]] std::optional<Message> parse_message(std::string_view bytes);

}  // namespace pier::chat
