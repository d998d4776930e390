// What was said in TCP connections, instead of the packets that it came in.
#pragma once

#include "options.hpp"
#include "packet.hpp"

#include <pier/address/address.hpp>
#include <pier/packet/dissect.hpp>
#include <pier/packet/stream/tcp_stream.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sniff {

// One thread.
class Follow {
public:
    explicit Follow(HexDump hex) noexcept : hex_(hex) {}

    // Appends what the packet adds to the text of its connection, as whole lines: nothing in them is for a terminal to
    // obey. Who speaks stands before what is said, as "FROM > TO:".
    void add(std::string& text, const pier::packet::Dissection& dissection);
    // The same of what still waits for packets that have not come.
    void finish(std::string& text);

private:
    struct Party {
        pier::Address address = pier::Address::v4({});
        std::uint16_t port = 0;
        auto operator<=>(const Party&) const = default;
    };
    struct Pair {
        Party from;
        Party to;
        auto operator<=>(const Pair&) const = default;
    };
    struct Conversation {
        Pair pair;                                 // the lower one of its two directions
        std::optional<std::uint32_t> opened_with;  // the number of the first SYN
        pier::packet::TcpStream streams[2];        // of the pair, and the other way round
    };
    using Conversations = std::list<Conversation>;
    class Writer;

    // More of them, or more bytes that wait, and the quietest is given up: a flood must not take memory without end.
    static constexpr std::size_t most_conversations = 10'000;
    static constexpr std::size_t most_waiting = std::size_t{64} << 20;

    void add(std::string& text, const Pair& pair, const pier::packet::TcpSegment& segment,
             std::optional<std::uint32_t> acknowledgment);
    [[nodiscard]] Conversation* conversation_of(std::string& text, const Pair& pair,
                                                const pier::packet::TcpSegment& segment);
    void finish(std::string& text, Conversation& conversation);
    void remove(std::string& text, Conversations::iterator conversation);

    void begin_line_of(std::string& text, const Pair& pair);
    void end_line(std::string& text);
    void say(std::string& text, const Pair& pair, pier::packet::Bytes bytes);
    void note(std::string& text, const Pair& pair, std::string_view words);

    const HexDump hex_;
    Conversations conversations_;  // the one that was quiet for longest first
    std::map<Pair, Conversations::iterator> places_;
    std::size_t waiting_ = 0;  // of all streams
    bool has_spoken_ = false;  // anybody
    std::optional<Pair> speaker_;
    bool is_line_open_ = false;
    bool is_return_open_ = false;  // a CR was said, and what follows is not known yet
};

}  // namespace sniff
