// What a packet of ICMP or ICMPv6 says of our requests. No I/O; any thread.
#pragma once

#include <pier/packet/bytes.hpp>
#include <pier/raw.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ping {

// What our requests are known by.
struct Question {
    pier::Endpoint target;  // port 0
    std::uint16_t identifier = 0;
    std::vector<std::byte> payload;  // of each request
};

// The message of a request. Of ICMPv6 the checksum is the system's to write.
[[nodiscard]] std::vector<std::byte> request(const Question& question, std::uint16_t sequence);

enum class Kind : std::uint8_t {
    foreign,   // it is about nothing of ours
    broken,    // it looks like ours, and its checksum is wrong
    stranger,  // an answer with our identifier, of somebody who was not asked
    answer,    // to the request of that number
    failure,   // of the request of that number
};

struct WrongByte {
    std::size_t place = 0;  // in the payload
    std::uint8_t expected = 0;
    std::uint8_t found = 0;
};

struct Answer {
    Kind kind = Kind::foreign;
    std::uint16_t sequence = 0;
    std::size_t size = 0;            // of the message, with its header of 8 bytes
    bool shorter = false;            // less payload than was sent
    bool longer = false;             // more
    std::optional<WrongByte> wrong;  // the first one
    std::uint8_t type = 0;           // of a failure
    std::uint8_t code = 0;
    std::uint32_t mtu = 0;  // of a packet that is too big
};

// Looks at every length, identifier and address: whatever came, it is safe to read.
[[nodiscard]] Answer read_answer(const pier::RawPacket& packet, const Question& question);

// "Destination Host Unreachable" and the like, as ping writes them.
[[nodiscard]] std::string describe_failure(pier::Family family, const Answer& failure);

}  // namespace ping
