// The layers of a whole packet.
#pragma once

#include <pier/packet/bytes.hpp>
#include <pier/packet/error.hpp>
#include <pier/packet/numbers.hpp>

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace pier::packet {

enum class LayerKind : std::uint8_t {
    ethernet,  // with its tags
    arp,
    ipv4,
    ipv6,
    ipv6_extension,  // one of them; its kind is Layer::protocol
    icmp,
    icmpv6,
    tcp,
    udp,
    dns,
    data,  // what no reader here knows, and what is behind the last header: Layer::protocol says what was announced
};

// "IPv4", "TCP": a short name, static.
[[nodiscard]] std::string_view name_of(LayerKind kind) noexcept;

struct Layer {
    LayerKind kind = LayerKind::data;
    std::uint16_t protocol = 0;   // the number that announced it: an Ethernet type, a protocol of IP; 0 for the first
    std::size_t offset = 0;       // in the packet
    std::size_t header_size = 0;  // 0 of data; of DNS and ARP all
    std::size_t size = 0;         // header and payload, without what the outer layers say is behind it
};

// What was found, from the outside to the inside. Borrows the packet.
class Dissection {
public:
    // A packet with more layers than this ends with an error.
    static constexpr std::size_t most_layers = 24;

    [[nodiscard]] std::span<const Layer> layers() const noexcept { return std::span(layers_).first(count_); }
    [[nodiscard]] Bytes packet() const noexcept { return packet_; }
    // Header and payload: what the reader of this kind takes, with `layer.offset` as its place.
    [[nodiscard]] Bytes bytes(const Layer& layer) const noexcept { return packet_.subspan(layer.offset, layer.size); }
    // The innermost one of this kind, or null. It lives as long as this.
    [[nodiscard]] const Layer* find(LayerKind kind) const noexcept;
    // Why the list ends, or what is wrong with a layer of it: what can't be read, or is shorter than its length says.
    // The first such.
    [[nodiscard]] const std::optional<PacketError>& error() const noexcept { return error_; }
    // A length of IP says more than is there, as of the beginning of a packet that ICMP sends back.
    [[nodiscard]] bool is_cut() const noexcept { return cut_; }
    // Some data of a fragment is in other packets. Of one that is not the first, nothing behind IP is read.
    [[nodiscard]] bool is_fragment() const noexcept { return fragment_; }

private:
    friend class Dissector;

    Bytes packet_;
    std::array<Layer, most_layers> layers_{};
    std::size_t count_ = 0;
    std::optional<PacketError> error_;
    bool cut_ = false;
    bool fragment_ = false;
};

// Never fails: what can't be read ends the list with its error. A link type that is not known makes one layer of data.
// DNS is what has port 53, 5353 or 5355 of UDP and can be read to its end; else it is data. Any thread.
[[nodiscard]] Dissection dissect(Bytes packet, LinkType link);

enum class ChecksumState : std::uint8_t {
    none,  // the layer has none, or UDP over IPv4 does without
    right,
    wrong,    // also of a packet that this machine's interface has yet to fill in (offload)
    unknown,  // the packet is cut, is a fragment, or has a routing header with segments left
};

// Of IPv4, ICMP, ICMPv6, TCP and UDP. `layer` is one of this dissection's.
[[nodiscard]] ChecksumState checksum_state(const Dissection& dissection, const Layer& layer);

}  // namespace pier::packet
