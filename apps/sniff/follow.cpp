#include "follow.hpp"

#include <pier/packet/ipv4.hpp>
#include <pier/packet/ipv6.hpp>
#include <pier/packet/tcp.hpp>
#include <pier/packet/text/hex_dump.hpp>

#include <algorithm>
#include <iterator>

namespace sniff {
namespace {

namespace packet = pier::packet;

// What IP says of the addresses and of the bytes behind its first header.
struct Carrier {
    packet::IpPair addresses;
    std::size_t offset = 0;  // of the first header
    std::size_t size = 0;    // from there on the wire; 0 where nothing is said
};

std::optional<Carrier> carrier_of(const packet::Dissection& dissection, const packet::Layer& tcp) {
    const packet::Layer* v4 = dissection.find(packet::LayerKind::ipv4);
    const packet::Layer* v6 = dissection.find(packet::LayerKind::ipv6);
    // Of a tunnel's two the inner one carries the segment.
    if (v4 != nullptr && v6 != nullptr) (v4->offset < v6->offset ? v4 : v6) = nullptr;
    if (v4 != nullptr && v4->offset < tcp.offset) {
        const auto ip = packet::Ipv4::read(dissection.bytes(*v4));
        if (ip) return Carrier{.addresses = ip->addresses(), .offset = v4->offset, .size = ip->total_length()};
    } else if (v6 != nullptr && v6->offset < tcp.offset) {
        const auto ip = packet::Ipv6::read(dissection.bytes(*v6));
        if (!ip) return std::nullopt;
        const std::size_t behind = ip->payload_length();
        return Carrier{.addresses = ip->addresses(),
                       .offset = v6->offset,
                       .size = behind == 0 ? 0 : packet::Ipv6::header_size + behind};
    }
    return std::nullopt;
}

char digit(unsigned value) noexcept { return "0123456789abcdef"[value & 15U]; }

}  // namespace

// Says for a direction what its stream gives.
class Follow::Writer final : public packet::TcpStreamSink {
public:
    Writer(Follow& follow, std::string& text, const Pair& pair) noexcept : follow_(follow), text_(text), pair_(pair) {}

    void take(packet::Bytes bytes) override { follow_.say(text_, pair_, bytes); }
    void miss(std::uint64_t count) override {
        follow_.note(text_, pair_, std::to_string(count) + (count == 1 ? " byte is missing" : " bytes are missing"));
    }

private:
    Follow& follow_;
    std::string& text_;
    const Pair pair_;
};

void Follow::add(std::string& text, const packet::Dissection& dissection) {
    const packet::Layer* layer = dissection.find(packet::LayerKind::tcp);
    if (layer == nullptr || dissection.is_fragment()) return;
    // What ICMP sends back is no segment of the connection.
    if (dissection.find(packet::LayerKind::icmp) != nullptr) return;
    if (dissection.find(packet::LayerKind::icmpv6) != nullptr) return;
    const auto tcp = packet::Tcp::read(dissection.bytes(*layer));
    const auto carrier = carrier_of(dissection, *layer);
    if (!tcp || !carrier) return;
    packet::TcpSegment segment{.sequence = tcp->sequence(), .flags = tcp->flags(), .payload = tcp->payload()};
    const std::size_t before = layer->offset - carrier->offset + tcp->header_size();
    segment.length = std::max(segment.payload.size(), carrier->size > before ? carrier->size - before : 0);
    std::optional<std::uint32_t> acknowledgment;
    if (tcp->has(packet::tcp_flag::ack)) acknowledgment = tcp->acknowledgment();
    const Pair pair{.from = {.address = carrier->addresses.source, .port = tcp->source_port()},
                    .to = {.address = carrier->addresses.destination, .port = tcp->destination_port()}};
    add(text, pair, segment, acknowledgment);
}

void Follow::add(std::string& text, const Pair& pair, const packet::TcpSegment& segment,
                 std::optional<std::uint32_t> acknowledgment) {
    Conversation* found = conversation_of(text, pair, segment);
    if (found == nullptr) return;
    Conversation& conversation = *found;
    const bool forth = conversation.pair == pair;
    packet::TcpStream& mine = conversation.streams[forth ? 0 : 1];
    packet::TcpStream& other = conversation.streams[forth ? 1 : 0];
    const Pair back{.from = pair.to, .to = pair.from};
    waiting_ -= mine.waiting() + other.waiting();
    // What it answers stands before what it says.
    if (acknowledgment) {
        Writer writer(*this, text, back);
        other.acknowledge(*acknowledgment, writer);
    }
    Writer writer(*this, text, pair);
    const bool was_reset = mine.has_ended();
    mine.add(segment, writer);
    if ((segment.flags & packet::tcp_flag::rst) != 0 && !was_reset) {
        Writer rest(*this, text, back);
        other.finish(rest);
        mine.finish(writer);
        note(text, pair, "the connection was reset");
    }
    waiting_ += mine.waiting() + other.waiting();
    const bool is_over = (segment.flags & packet::tcp_flag::rst) != 0 || (mine.has_ended() && other.has_ended());
    if (is_over) remove(text, places_.at(conversation.pair));
    while (waiting_ > most_waiting) {
        Conversation& quietest = conversations_.front();
        const std::size_t waited = quietest.streams[0].waiting() + quietest.streams[1].waiting();
        // One that has nothing to give up comes last again.
        if (waited > 0) finish(text, quietest);
        conversations_.splice(conversations_.end(), conversations_, conversations_.begin());
    }
}

// Null for a packet that says nothing of a connection that is not known.
Follow::Conversation* Follow::conversation_of(std::string& text, const Pair& pair, const packet::TcpSegment& segment) {
    const Pair key = std::min(pair, Pair{.from = pair.to, .to = pair.from});
    const bool opens = (segment.flags & packet::tcp_flag::syn) != 0;
    const bool is_first = opens && (segment.flags & packet::tcp_flag::ack) == 0;
    const auto place = places_.find(key);
    if (place != places_.end()) {
        const auto known = place->second;
        const bool is_another = is_first && known->opened_with != segment.sequence;
        if (!is_another) {
            conversations_.splice(conversations_.end(), conversations_, known);
            return &*known;
        }
        remove(text, known);
    }
    if (!opens && segment.length == 0) return nullptr;
    if (conversations_.size() >= most_conversations) remove(text, conversations_.begin());
    Conversation& fresh = conversations_.emplace_back();
    fresh.pair = key;
    if (is_first) fresh.opened_with = segment.sequence;
    places_.emplace(key, std::prev(conversations_.end()));
    return &fresh;
}

void Follow::finish(std::string& text, Conversation& conversation) {
    for (int i = 0; i < 2; ++i) {
        packet::TcpStream& stream = conversation.streams[i];
        const Pair& pair = conversation.pair;
        Writer writer(*this, text, i == 0 ? pair : Pair{.from = pair.to, .to = pair.from});
        waiting_ -= stream.waiting();
        stream.finish(writer);
    }
}

void Follow::remove(std::string& text, Conversations::iterator conversation) {
    finish(text, *conversation);
    const Pair& pair = conversation->pair;
    // The next connection between the same ports is another one.
    if (speaker_ == pair || speaker_ == Pair{.from = pair.to, .to = pair.from}) speaker_.reset();
    places_.erase(pair);
    conversations_.erase(conversation);
}

void Follow::finish(std::string& text) {
    for (Conversation& conversation : conversations_) finish(text, conversation);
    end_line(text);
    places_.clear();
    conversations_.clear();
}

void Follow::end_line(std::string& text) {
    if (is_return_open_) text += "\\r";
    if (is_return_open_ || is_line_open_) text += '\n';
    is_return_open_ = is_line_open_ = false;
}

void Follow::begin_line_of(std::string& text, const Pair& pair) {
    if (speaker_ == pair) return;
    end_line(text);
    if (has_spoken_) text += '\n';
    has_spoken_ = true;
    speaker_ = pair;
    text += pair.from.address.to_string() + "." + std::to_string(pair.from.port) + " > " + pair.to.address.to_string() +
            "." + std::to_string(pair.to.port) + ":\n";
}

void Follow::say(std::string& text, const Pair& pair, packet::Bytes bytes) {
    begin_line_of(text, pair);
    if (hex_ != HexDump::none) {
        text += packet::hex_dump(bytes, hex_ == HexDump::digits ? packet::DumpLetters::no : packet::DumpLetters::yes);
        return;
    }
    for (const std::byte byte : bytes) {
        const auto value = std::to_integer<unsigned char>(byte);
        // CR LF is the end of a line as LF is.
        if (is_return_open_ && value != '\n') text += "\\r";
        is_return_open_ = value == '\r';
        if (is_return_open_) continue;
        is_line_open_ = value != '\n';
        if (value == '\n' || value == '\t' || (value >= 0x20 && value < 0x7f)) {
            text += static_cast<char>(value);
        } else {
            text += "\\x";
            text += digit(value >> 4U);
            text += digit(value);
        }
    }
}

void Follow::note(std::string& text, const Pair& pair, std::string_view words) {
    begin_line_of(text, pair);
    end_line(text);
    text.append("[").append(words).append("]\n");
}

}  // namespace sniff
