// What goes over the network: as a datagram each, or over TCP each behind its length (two bytes).
//
// Numbers are big-endian. Every packet begins with
//
//   bytes 0-1   'P' 'C'
//   byte  2     the version, 1
//   byte  3     the kind
//   bytes 4-11  the token: given by the server in "welcome", and in every packet of both sides after it. Whoever does
//   not
//               see the packets can't guess it, so it can neither talk in another's name nor put words into the
//               server's mouth. 0 in "join" and "refused".
//
// and goes on, by its kind:
//
//   1 join      client  nonce (8), length of the name (1), name, zeros up to 128 bytes in all
//   2 welcome   server  nonce (8), id (4), time-out in ms (4), burst (2), rate a second (2)
//   3 refused   server  nonce (8), a sentence of at most 100 bytes
//   4 data      both    number (4), base (4), message (message.hpp)
//   5 ack       both    next (4), a bit for each of the 32 numbers behind it that has come (4)
//   6 ping      client  nothing; the answer is 7, pong
//   7 pong      server  nothing
//   8 gone      server  a sentence: the client is no member any more
//
// A join answers for itself: its answers are never longer than it is, so a join with a forged sender makes no more
// traffic for its victim than for who forges it. A client becomes a member by its first packet with the token, which
// proves that it receives at its address; before that it is sent nothing but "welcome". A packet that is none of these,
// to the byte, or whose token is not its sender's, is dropped without an answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace pier::chat {

using Bytes = std::vector<std::byte>;

inline constexpr std::size_t longest_packet = 1200;  // bytes, below the 1,280 that every network of IPv6 carries
inline constexpr std::size_t longest_reason = 100;   // bytes

struct Join {
    std::uint64_t nonce = 0;
    std::string name{};
};
struct Welcome {
    std::uint64_t nonce = 0;
    std::uint32_t id = 0;
    std::uint32_t timeout = 0;  // milliseconds: who is silent for so long is gone
    std::uint16_t burst = 0;    // lines at once
    std::uint16_t rate = 0;     // lines a second
};
struct Refused {
    std::uint64_t nonce = 0;
    std::string reason{};
};
struct Data {
    std::uint32_t number = 0;
    std::uint32_t base = 0;  // what is before it will not be sent any more
    std::string message{};
};
struct Ack {
    std::uint32_t next = 0;
    std::uint32_t later = 0;
};
struct Ping {};
struct Pong {};
struct Gone {
    std::string reason{};
};

struct Packet {
    std::uint64_t token = 0;
    std::variant<Join, Welcome, Refused, Data, Ack, Ping, Pong, Gone> body{};
};

// Throws std::bad_alloc.
[[nodiscard]] Bytes encode(const Packet& packet);
// Nothing where it is none. The texts in it are what somebody sent: see clean() and is_name(). Throws std::bad_alloc.
[[nodiscard]] std::optional<Packet> parse_packet(std::span<const std::byte> bytes);

}  // namespace pier::chat
