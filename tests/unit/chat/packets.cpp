// Packets and messages: what is written is read, and nothing else is.
#include "../../contract/support/outcome.hpp"

#include <pier/chat/message.hpp>
#include <pier/chat/packet.hpp>

#include <random>
#include <string>
#include <vector>

using namespace pier::chat;

namespace {

std::vector<Packet> one_of_each() {
    return {{.token = 0, .body = Join{7, "bob"}},
            {.token = 9, .body = Welcome{7, 3, 30'000, 20, 10}},
            {.token = 0, .body = Refused{7, "the room is full"}},
            {.token = 9, .body = Data{5, 4, "text"}},
            {.token = 9, .body = Ack{6, 0x80000001}},
            {.token = 9, .body = Ping{}},
            {.token = 9, .body = Pong{}},
            {.token = 9, .body = Gone{"silent"}}};
}

std::vector<Message> one_message_of_each() {
    return {{.kind = MessageKind::say, .number = 4, .text = "hello"},
            {.kind = MessageKind::tell, .name = "bob", .text = "psst"},
            {.kind = MessageKind::nick, .name = "rob"},
            {.kind = MessageKind::who},
            {.kind = MessageKind::bye},
            {.kind = MessageKind::said, .id = 1, .number = 2, .name = "bob", .text = "hello"},
            {.kind = MessageKind::told, .number = 2, .name = "bob", .text = ""},
            {.kind = MessageKind::joined, .id = 8, .name = "bob"},
            {.kind = MessageKind::left, .id = 8, .name = "bob", .text = "left"},
            {.kind = MessageKind::renamed, .id = 8, .name = "bob", .other = "rob"},
            {.kind = MessageKind::note, .text = "nobody"},
            {.kind = MessageKind::farewell}};
}

}  // namespace

TEST_CASE("chat: each packet is read as it was written") {
    std::size_t kind = 0;
    for (const Packet& packet : one_of_each()) {
        const Bytes bytes = encode(packet);
        CHECK(bytes.size() <= longest_packet);
        const auto read = parse_packet(bytes);
        REQUIRE(read);
        CHECK(read->body.index() == kind++);
        CHECK(read->token == packet.token);
        CHECK(encode(*read) == bytes);
    }
}

TEST_CASE("chat: each message is read as it was written") {
    for (const Message& message : one_message_of_each()) {
        const auto read = parse_message(encode(message));
        REQUIRE(read);
        CHECK(*read == message);
    }
    CHECK_FALSE(parse_message(""));
    CHECK_FALSE(parse_message(std::string(1, '\0')));
    CHECK_FALSE(parse_message(std::string(1, '\x0d')));
    CHECK_FALSE(
        parse_message(std::string("\x03\x05"
                                  "abc",
                                  5)));  // a name of 5 bytes, of which 3 are there
}

TEST_CASE("chat: no answer to a join is longer than it is") {
    const std::size_t join = encode(Packet{.body = Join{1, "b"}}).size();
    CHECK(encode(Packet{.token = 1, .body = Welcome{}}).size() <= join);
    CHECK(encode(Packet{.body = Refused{1, std::string(500, 'x')}}).size() <= join);
}

TEST_CASE("chat: a packet that is cut, longer or of another version is none") {
    for (const Packet& packet : one_of_each()) {
        const Bytes whole = encode(packet);
        const bool has_rest = packet.body.index() == 2 || packet.body.index() == 3 || packet.body.index() == 7;
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto read = parse_packet(std::span(whole).first(size));
            CHECK((!read || has_rest));
        }
        Bytes changed = whole;
        if (!has_rest) {
            changed.push_back(std::byte{});
            CHECK_FALSE(parse_packet(changed));
        }
        for (std::size_t at = 0; at < 3; ++at) {
            changed = whole;
            changed[at] ^= std::byte{1};
            CHECK_FALSE(parse_packet(changed));
        }
        changed = whole;
        changed.resize(longest_packet + 1);
        CHECK_FALSE(parse_packet(changed));
    }
    // Without a token, and with one where none is.
    CHECK_FALSE(parse_packet(encode(Packet{.token = 0, .body = Ping{}})));
    CHECK_FALSE(parse_packet(encode(Packet{.token = 1, .body = Join{1, "bob"}})));
}

TEST_CASE("chat: noise is no packet, and what is one is written as it was read") {
    std::mt19937 random(17);
    const std::vector<Packet> packets = one_of_each();
    std::size_t read = 0;
    for (int i = 0; i < 100'000; ++i) {
        Bytes bytes;
        if (random() % 2 == 0) {
            bytes = encode(packets[random() % packets.size()]);
            for (std::size_t changes = random() % 4; changes > 0; --changes) {
                bytes[random() % bytes.size()] = static_cast<std::byte>(random());
            }
            if (random() % 4 == 0) bytes.resize(random() % 160);
        } else {
            bytes.resize(random() % 64);
            for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
        }
        const auto packet = parse_packet(bytes);
        if (!packet) continue;
        ++read;
        const bool cut = packet->body.index() == 2 || packet->body.index() == 7;  // a reason has a limit
        if (!cut) REQUIRE(encode(*packet) == bytes);
        if (const auto* data = std::get_if<Data>(&packet->body)) (void)parse_message(data->message);
    }
    CHECK(read > 1000);
}
